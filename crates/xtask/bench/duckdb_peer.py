"""The peer in SQL: Azure consumption credited to global accounts, asked of DuckDB over the Parquet files of a dataset folder.

usage: duckdb_peer.py FOLDER OUT.parquet     (prints the seconds that the question took)
"""

import sys
import time

import duckdb

QUESTION = """
-- Which part of the estate each global account reaches, and from when until when.
CREATE TEMP TABLE reach AS
WITH location AS (
    SELECT partner_id, global_partner_id FROM '{folder}/partners.parquet'
), linked AS (
    SELECT role.scope,
           link.partner_id,
           greatest(link.linked_on, role.assigned_on) AS since,
           least(coalesce(link.unlinked_on, DATE '9999-12-31'), coalesce(role.removed_on, DATE '9999-12-31')) AS until
    FROM '{folder}/pal_links.parquet' AS link
    JOIN '{folder}/role_assignments.parquet' AS role USING (tenant_id, principal_id)
), named AS (
    SELECT subscription_id, partner_id, "from", "to" FROM '{folder}/partner_of_record.parquet'
    UNION ALL
    SELECT subscription_id, partner_id, "from", "to" FROM '{folder}/csp.parquet'
), tie AS (
    SELECT scope, partner_id, since, until FROM linked
    UNION ALL
    SELECT '/subscriptions/' || subscription_id, partner_id, "from", coalesce("to", DATE '9999-12-31') FROM named
)
SELECT DISTINCT scope, global_partner_id, since, until FROM tie JOIN location USING (partner_id) WHERE since < until;

-- The same for every resource that was used: its own scope, its resource group's and its subscription's.
CREATE TEMP TABLE used AS
SELECT DISTINCT resource_id, subscription_id FROM '{folder}/consumption/*.parquet';

CREATE TEMP TABLE reached AS
SELECT resource_id, global_partner_id, since, until
FROM used JOIN reach ON reach.scope = '/subscriptions/' || used.subscription_id
UNION
SELECT resource_id, global_partner_id, since, until
FROM used JOIN reach ON reach.scope = split_part(used.resource_id, '/providers/', 1)
UNION
SELECT resource_id, global_partner_id, since, until
FROM used JOIN reach ON reach.scope = used.resource_id;

-- Overlapping intervals become one, so that no row counts twice for an account.
CREATE TEMP TABLE span AS
WITH before AS (
    SELECT *, max(until) OVER (PARTITION BY resource_id, global_partner_id ORDER BY since, until
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_until
    FROM reached
), numbered AS (
    SELECT *, count_if(reached_until IS NULL OR since > reached_until)
              OVER (PARTITION BY resource_id, global_partner_id ORDER BY since, until ROWS UNBOUNDED PRECEDING) AS island
    FROM before
)
SELECT resource_id, global_partner_id, min(since) AS since, max(until) AS until
FROM numbered
GROUP BY resource_id, global_partner_id, island;

COPY (
    SELECT global_partner_id, tenant_id, service, date_trunc('month', usage_date)::DATE AS month, sum(acr_usd) AS acr_usd
    FROM '{folder}/consumption/*.parquet'
    JOIN span USING (resource_id)
    WHERE usage_date >= since AND usage_date < until
    GROUP BY ALL
) TO '{out}' (FORMAT parquet, COMPRESSION zstd);
"""

def main():
    folder, out = sys.argv[1:3]
    connection = duckdb.connect()
    started = time.perf_counter()
    connection.execute(QUESTION.format(folder=folder, out=out))
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
