"""The peer as a data frame: Azure consumption credited to global accounts, asked of Polars over the Parquet files of a dataset
folder.

usage: polars_peer.py FOLDER OUT.parquet     (prints the seconds that the question took)
"""

import datetime
import sys
import time

import polars as pl

NEVER = pl.lit(datetime.date(9999, 12, 31))
PAIR = ["resource_id", "global_partner_id"]


def reaches(folder):
    """Which part of the estate each global account reaches, and from when until when."""
    table = lambda name: pl.scan_parquet(f"{folder}/{name}.parquet")
    linked = (
        table("pal_links")
        .join(table("role_assignments"), on=["tenant_id", "principal_id"])
        .select(
            "scope",
            "partner_id",
            since=pl.max_horizontal("linked_on", "assigned_on"),
            until=pl.min_horizontal(pl.col("unlinked_on").fill_null(NEVER), pl.col("removed_on").fill_null(NEVER)),
        )
    )
    named = pl.concat(table(name).select("subscription_id", "partner_id", "from", "to") for name in ("partner_of_record", "csp")).select(
        pl.concat_str(pl.lit("/subscriptions/"), "subscription_id").alias("scope"),
        "partner_id",
        pl.col("from").alias("since"),
        pl.col("to").fill_null(NEVER).alias("until"),
    )
    locations = table("partners").select("partner_id", "global_partner_id")
    return pl.concat([linked, named]).filter(pl.col("since") < pl.col("until")).join(locations, on="partner_id").drop("partner_id").unique()


def spans(usage, reach):
    """The same for every resource that was used, overlapping intervals made one, so that no row counts twice for an account."""
    used = usage.select("resource_id", "subscription_id").unique().collect(engine="streaming").lazy()
    scopes = [
        pl.concat_str(pl.lit("/subscriptions/"), "subscription_id"),
        pl.col("resource_id").str.split("/providers/").list.first(),
        pl.col("resource_id"),
    ]
    reached = pl.concat(
        used.select("resource_id", scope=scope).join(reach, on="scope").select(*PAIR, "since", "until") for scope in scopes
    )
    reached_until = pl.col("until").cum_max().shift(1).over(PAIR)
    return (
        reached.unique()
        .sort(*PAIR, "since", "until")
        .with_columns(reached_until=reached_until)
        .with_columns(island=(pl.col("reached_until").is_null() | (pl.col("since") > pl.col("reached_until"))).cum_sum())
        .group_by(*PAIR, "island")
        .agg(pl.col("since").min(), pl.col("until").max())
        .drop("island")
    )


def main():
    folder, out = sys.argv[1:3]
    started = time.perf_counter()
    usage = pl.scan_parquet(f"{folder}/consumption/*.parquet")
    span = spans(usage, reaches(folder).collect().lazy()).collect().lazy()
    (
        usage.select("usage_date", "tenant_id", "resource_id", "service", "acr_usd")
        .join(span, on="resource_id")
        .filter((pl.col("usage_date") >= pl.col("since")) & (pl.col("usage_date") < pl.col("until")))
        .group_by("global_partner_id", "tenant_id", "service", pl.col("usage_date").dt.truncate("1mo").alias("month"))
        .agg(pl.col("acr_usd").sum())
        .collect(engine="streaming")
        .write_parquet(out)
    )
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
