"""Makes a dataset folder for the crediting benchmark: the tables that Azure crediting reads, from a fixed seed.

usage: generate.py FOLDER --usage ROWS --tenants N --partners N [--days N] [--seed N]

Shape: customers of very different sizes (Zipf), each with subscriptions, resource groups and resources; partners with two
locations each; principals that linked a location and hold roles on subscriptions, resource groups and resources, all
with dates; partners of record one after the other; resale of some subscriptions; daily consumption in files as a
daily export leaves them, sorted by day.
"""

import argparse
import os
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FIRST_DAY = np.datetime64("2023-10-01")
FILE_ROWS = 2_000_000
GROUP_ROWS = 500_000
FAMILIES = ["Virtual Machines", "SQL Database", "Cosmos DB", "App Service", "Kubernetes Service", "Storage", "Synapse Analytics",
            "Databricks", "Functions", "Key Vault", "Backup", "Bandwidth", "Monitor", "OpenAI Service", "AI Search"]
SERVICES = [f"{family} {tier}" for family in FAMILIES for tier in ("Standard", "Premium")]
ROLES = ["Owner", "Contributor", "Reader", "Virtual Machine Contributor"]


def guids(kind, count):
    return pa.array([f"{kind:08x}-0000-4000-8000-{number:012x}" for number in range(count)])


def days(offsets, missing=None):
    return pa.array(FIRST_DAY + offsets.astype("timedelta64[D]"), mask=missing)


def children(random, parents, low, high):
    """How many children each parent has, and the parent of each child."""
    counts = random.integers(low, high, parents) if high else low
    return counts, np.repeat(np.arange(parents), counts)


def pick(random, first, counts):
    """One child of each parent, given each parent's first child and number of children."""
    return first + (random.random(len(first)) * counts).astype(np.int64)


def starts(counts):
    return np.cumsum(counts) - counts


@dataclass
class Estate:
    """Who owns what: indices of parents, and the ids."""
    tenant: pa.Array
    subscription: pa.Array
    resource: pa.Array
    subscriptions_of: np.ndarray   # per tenant
    groups_of: np.ndarray          # per subscription
    resources_of: np.ndarray       # per group
    tenant_of_subscription: np.ndarray
    subscription_of_resource: np.ndarray
    subscription_scope: list
    group_scope: list


class Folder:
    def __init__(self, path, options):
        self.path, self.options = path, options
        self.random = np.random.default_rng(options.seed)
        self.locations = 2 * options.partners
        os.makedirs(os.path.join(path, "consumption"))

    def write(self, name, columns):
        pq.write_table(pa.table(columns), os.path.join(self.path, f"{name}.parquet"), compression="zstd", row_group_size=GROUP_ROWS)

    def location_ids(self, indices):
        return pa.array([str(100_000 + index) for index in indices])

    def intervals(self, count, still_open):
        """From before the first day to after the last; a share of them without an end."""
        begin = self.random.integers(-200, self.options.days, count)
        end = begin + self.random.integers(5, 400, count)
        return days(begin), days(end, missing=self.random.random(count) < still_open)

    def parties(self):
        everyone = range(self.locations)
        self.write("partners", {
            "partner_id": self.location_ids(everyone),
            "global_partner_id": [str(900_000 + index // 2) for index in everyone],
            "name": [f"Partner {index // 2}, location {index % 2 + 1}" for index in everyone],
        })

    def estate(self):
        tenants = self.options.tenants
        weight = np.arange(1, tenants + 1) ** -0.8
        subscriptions_of = np.clip((weight / weight.sum() * tenants * 3).astype(np.int64), 1, 400)
        _, tenant_of_subscription = children(self.random, tenants, subscriptions_of, None)
        groups_of, subscription_of_group = children(self.random, len(tenant_of_subscription), 1, 8)
        resources_of, group_of_resource = children(self.random, len(subscription_of_group), 1, 14)
        tenant, subscription = guids(0x7E7, tenants), guids(0x50B, len(tenant_of_subscription))
        subscription_scope = [f"/subscriptions/{guid}" for guid in subscription.to_pylist()]
        group_scope = [f"{subscription_scope[of]}/resourceGroups/rg-{group}" for group, of in enumerate(subscription_of_group)]
        resource = pa.array([f"{group_scope[of]}/providers/Microsoft.Sample/things/thing-{number}"
                             for number, of in enumerate(group_of_resource)])
        self.write("customers", {"tenant_id": tenant, "name": [f"Customer {index}" for index in range(tenants)]})
        self.write("subscriptions", {"subscription_id": subscription, "tenant_id": tenant.take(pa.array(tenant_of_subscription))})
        return Estate(tenant, subscription, resource, subscriptions_of, groups_of, resources_of, tenant_of_subscription,
                      subscription_of_group[group_of_resource], subscription_scope, group_scope)

    def links_and_roles(self, estate):
        random = self.random
        engagements = random.poisson(np.minimum(8, 0.4 + np.log1p(estate.subscriptions_of)))
        _, tenant_of_engagement = children(random, self.options.tenants, engagements, None)
        location = random.zipf(1.3, len(tenant_of_engagement)) % self.locations
        _, engagement = children(random, len(tenant_of_engagement), 1, 5)
        principal = guids(0x9A1, len(engagement))
        linked_on, unlinked_on = self.intervals(len(engagement), 0.6)
        self.write("pal_links", {
            "tenant_id": estate.tenant.take(pa.array(tenant_of_engagement[engagement])), "principal_id": principal,
            "partner_id": self.location_ids(location[engagement]), "linked_on": linked_on, "unlinked_on": unlinked_on,
        })
        _, holder = children(random, len(engagement), 1, 4)
        tenant = tenant_of_engagement[engagement[holder]]
        subscription = pick(random, starts(estate.subscriptions_of)[tenant], estate.subscriptions_of[tenant])
        group = pick(random, starts(estate.groups_of)[subscription], estate.groups_of[subscription])
        resource = pick(random, starts(estate.resources_of)[group], estate.resources_of[group])
        level = random.choice(3, len(holder), p=[0.55, 0.35, 0.10])
        resource_scope = estate.resource.take(pa.array(resource)).to_pylist()
        scope = [(estate.subscription_scope[subscription[at]], estate.group_scope[group[at]], resource_scope[at])[level[at]]
                 for at in range(len(holder))]
        assigned_on, removed_on = self.intervals(len(holder), 0.6)
        role = random.choice(len(ROLES), len(holder), p=[0.2, 0.5, 0.2, 0.1])
        self.write("role_assignments", {
            "tenant_id": estate.tenant.take(pa.array(tenant)), "principal_id": principal.take(pa.array(holder)),
            "role": pa.array(ROLES).take(pa.array(role)), "scope": scope, "assigned_on": assigned_on, "removed_on": removed_on,
        })

    def resale_and_partners_of_record(self, estate):
        random = self.random
        resold = random.random(len(estate.tenant_of_subscription)) < 0.3
        sold = np.flatnonzero(resold)
        begin, end = self.intervals(len(sold), 0.9)
        self.write("csp", {
            "subscription_id": estate.subscription.take(pa.array(sold)),
            "partner_id": self.location_ids(random.zipf(1.3, len(sold)) % self.locations),
            "tier": ["direct-bill"] * len(sold), "from": begin, "to": end,
        })
        rows = []
        for subscription in np.flatnonzero(~resold & (random.random(len(resold)) < 0.5)):
            changes = np.unique(random.integers(0, self.options.days, random.integers(2, 5)))
            rows += [(subscription, begin, end) for begin, end in zip(changes[:-1], changes[1:])]
        subscription, begin, end = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        self.write("partner_of_record", {
            "subscription_id": estate.subscription.take(pa.array(subscription)),
            "partner_id": self.location_ids(random.integers(0, self.locations, len(rows))), "from": days(begin), "to": days(end),
        })

    def consumption(self, estate):
        random, total = self.random, self.options.usage
        service_of = random.integers(0, len(SERVICES), len(estate.resource))
        share = random.lognormal(0, 1.2, len(estate.resource)).cumsum()
        for number, made in enumerate(range(0, total, FILE_ROWS)):
            count = min(FILE_ROWS, total - made)
            day = np.sort((random.uniform(made / total, (made + count) / total, count) * self.options.days).astype(np.int64))
            resource = np.searchsorted(share, random.random(count) * share[-1]).clip(0, len(share) - 1)
            subscription = estate.subscription_of_resource[resource]
            steps = (random.lognormal(1, 1.5, count) * 10_000).astype(np.int64)
            halves = np.stack([steps, steps >> 63], axis=1)
            dollars = pa.Array.from_buffers(pa.decimal128(18, 4), count, [None, pa.py_buffer(np.ascontiguousarray(halves))])
            self.write(f"consumption/part-{number:04}", {
                "usage_date": days(day), "tenant_id": estate.tenant.take(pa.array(estate.tenant_of_subscription[subscription])),
                "subscription_id": estate.subscription.take(pa.array(subscription)),
                "resource_id": estate.resource.take(pa.array(resource)),
                "service": pa.array(SERVICES).take(pa.array(service_of[resource])), "acr_usd": dollars,
            })


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--usage", type=int, required=True)
    parser.add_argument("--tenants", type=int, required=True)
    parser.add_argument("--partners", type=int, required=True)
    parser.add_argument("--days", type=int, default=396)
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    # What lies under the final name is complete.
    partial = f"{options.folder}.partial-{os.getpid()}"
    folder = Folder(partial, options)
    folder.parties()
    estate = folder.estate()
    folder.links_and_roles(estate)
    folder.resale_and_partners_of_record(estate)
    folder.consumption(estate)
    os.rename(partial, options.folder)
    print(f"{options.usage:,} rows, {len(estate.resource):,} resources, {len(estate.subscription):,} subscriptions, "
          f"{options.tenants:,} customers, {options.partners:,} partners")


if __name__ == "__main__":
    main()
