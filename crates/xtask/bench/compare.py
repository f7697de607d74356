"""Compares the answers of the peers: the same groups, and in each the same exact sum.

usage: compare.py ANSWER.parquet ANSWER.parquet...     (ends with code 1 when two answers differ)
"""

import sys

import duckdb

KEY = "global_partner_id, tenant_id, service, month"


def main():
    first, *others = sys.argv[1:]
    connection = duckdb.connect()
    for number, path in enumerate([first, *others]):
        connection.execute(f"""
            CREATE TEMP TABLE answer_{number} AS
            SELECT global_partner_id::VARCHAR AS global_partner_id, lower(tenant_id) AS tenant_id, service::VARCHAR AS service,
                   month::DATE AS month, acr_usd::DECIMAL(38, 18) AS acr_usd
            FROM '{path}'
        """)
    groups, total = connection.execute("SELECT count(*), sum(acr_usd)::DECIMAL(38, 4) FROM answer_0").fetchone()
    equal = True
    for number, path in enumerate(others, start=1):
        rows = connection.execute(f"""
            SELECT {KEY}, one.acr_usd, other.acr_usd
            FROM answer_0 AS one FULL JOIN answer_{number} AS other USING ({KEY})
            WHERE one.acr_usd IS DISTINCT FROM other.acr_usd
        """).fetchall()
        if rows:
            equal = False
            print(f"{path} differs from {first} in {len(rows):,} groups, such as:")
            for row in rows[:5]:
                print("   ", *row)
    if not equal:
        sys.exit(1)
    print(f"equal, exactly: {groups:,} groups, {total:,} dollars")


if __name__ == "__main__":
    main()
