//! Partner admin links, owners of resources, and what roles count for.

use axum::http::{Method, StatusCode};
use domain::inventory::Item;
use domain::links::owners::{self, OwnedResource, Resource};
use domain::links::{self, Link};
use domain::names::Name;
use domain::record::entry::Entry as _;
use domain::rulebook::roles::RoleExplained;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::api::call::Call;
use crate::api::entries::{Page, read_operations, value};
use crate::api::operation::{Act, Kind, Operation, PAGING, Parameter, schema};
use crate::api::problem::Problem;
use crate::api::scores::{AS_OF, as_of};
use crate::secrets::hex;

/// A location to link the caller's identity to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct To {
    /// The partner's location.
    partner_id: Name,
}

/// Why a link is ended.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Revocation {
    /// Why; the partner reads it.
    reason: String,
}

/// Why an identity may link again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Permission {
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

/// A managed solution that the caller's identity imported.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Solution {
    /// The solution's name.
    solution: String,
    /// The environment that it was imported into; only `production` counts.
    environment: Name,
    /// The apps, flows and datasets in it.
    resources: Vec<Resource>,
}

const LINKS: [Operation; 3] =
    read_operations!(Link, "Links", "/links", "/links/{tenant_id}/{principal_id}", "Links", |call| identity(call));

const OWNERS: [Operation; 3] = read_operations!(
    OwnedResource,
    "Resource owners",
    "/resource-owners",
    "/resource-owners/{tenant_id}/{product}/{resource_id}",
    "ResourceOwners",
    |call| format!("{}/{}/{}", call.id("tenant_id"), call.id("product"), call.id("resource_id"))
);

const WRITE: [Operation; 6] = [
    Operation {
        method: Method::POST,
        path: "/link",
        id: "createLink",
        tag: "Links",
        summary: "Link the caller's identity to a partner's location",
        about: "The token names the identity; nobody links another one. Refused when it is linked already.",
        parameters: &[],
        takes: Some(schema::<To>),
        gives: schema::<Link>,
        status: StatusCode::CREATED,
        act: Act::Write { entry: None, act: |call, desk| Ok(value(&links::link(desk, &call.body::<To>()?.partner_id)?)) },
    },
    Operation {
        method: Method::PATCH,
        path: "/link",
        id: "changeLink",
        tag: "Links",
        summary: "Link the caller's identity to another location",
        about: "The identity must be linked.",
        parameters: &[],
        takes: Some(schema::<To>),
        gives: schema::<Link>,
        status: StatusCode::OK,
        act: Act::Write { entry: None, act: |call, desk| Ok(value(&links::relink(desk, &call.body::<To>()?.partner_id)?)) },
    },
    Operation {
        method: Method::DELETE,
        path: "/link",
        id: "deleteLink",
        tag: "Links",
        summary: "End the link of the caller's identity",
        about: "What was credited until then stays.",
        parameters: &[],
        takes: None,
        gives: schema::<Link>,
        status: StatusCode::OK,
        act: Act::Write { entry: None, act: |_, desk| Ok(value(&links::unlink(desk, None)?)) },
    },
    Operation {
        method: Method::POST,
        path: "/links/{tenant_id}/{principal_id}/revoke",
        id: "revokeLink",
        tag: "Links",
        summary: "End the link of an identity in your own tenant",
        about: "Global admins of the tenant may. The identity links again only when they allow it.",
        parameters: &[],
        takes: Some(schema::<Revocation>),
        gives: schema::<Link>,
        status: StatusCode::OK,
        act: Act::Write {
            entry: None,
            act: |call, desk| {
                let Revocation { reason } = call.body()?;
                Ok(value(&links::revoke(desk, &Name::new(call.part("tenant_id")), &Name::new(call.part("principal_id")), &reason)?))
            },
        },
    },
    Operation {
        method: Method::POST,
        path: "/links/{tenant_id}/{principal_id}/allow",
        id: "allowLink",
        tag: "Links",
        summary: "Let an identity whose link was revoked link again",
        about: "Global admins of the tenant may.",
        parameters: &[],
        takes: Some(schema::<Permission>),
        gives: schema::<Link>,
        status: StatusCode::OK,
        act: Act::Write {
            entry: None,
            act: |call, desk| {
                let Permission { reason } = call.body()?;
                let (tenant, principal) = (Name::new(call.part("tenant_id")), Name::new(call.part("principal_id")));
                Ok(value(&links::allow(desk, &tenant, &principal, reason.as_deref())?))
            },
        },
    },
    Operation {
        method: Method::POST,
        path: "/imported-solutions",
        id: "importSolution",
        tag: "Resource owners",
        summary: "Record that the caller's identity imported a managed solution",
        about: "It becomes the owner of what is in it, in the place of who was. Production environments only.",
        parameters: &[],
        takes: Some(schema::<Solution>),
        gives: schema::<Vec<OwnedResource>>,
        status: StatusCode::CREATED,
        act: Act::Write {
            entry: None,
            act: |call, desk| {
                let Solution { solution, environment, resources } = call.body()?;
                Ok(value(&owners::import_solution(desk, &solution, &environment, &resources)?))
            },
        },
    },
];

const ROLES: [Operation; 1] = [Operation {
    method: Method::GET,
    path: "/azure-roles/{role}",
    id: "explainRole",
    tag: "Links",
    summary: "What an Azure role counts for, and why",
    about: "The role is a name in any case, or the id of a definition. A role that is not listed is taken for a custom one.",
    parameters: &[],
    takes: None,
    gives: schema::<RoleExplained>,
    status: StatusCode::OK,
    act: Act::Read(|call| Ok(value(&call.rulebook.explain_role(call.part("role"))))),
}];

/// The operations of links.
pub const OPERATIONS: &[&[Operation]] = &[&LINKS, &WRITE, &OWNERS, &ROLES, &INVENTORY];

const INVENTORY: [Operation; 1] = [Operation {
    method: Method::GET,
    path: "/link-inventory",
    id: "listLinkInventory",
    tag: "Links",
    summary: "Links over all tenants: what each reaches, and whether it works",
    about: "As of a day. States: `working`, or the reason why not, with what would make it work. The operator sees all; a partner those to its locations; a customer those of its tenant.",
    parameters: &[
        PAGING[0].copy(),
        PAGING[1].copy(),
        Parameter { name: "tenant_id", kind: Kind::Text, about: "those of this customer's tenant" },
        Parameter { name: "partner_id", kind: Kind::Text, about: "those to this location, or to a location of this global account" },
        Parameter { name: "state", kind: Kind::Text, about: "those in this state" },
        AS_OF.copy(),
    ],
    takes: None,
    gives: schema::<Page<Item>>,
    status: StatusCode::OK,
    act: Act::Read(inventory),
}];

fn inventory(call: &Call<'_>) -> Result<Value, Problem> {
    let (after, limit) = (call.after()?, call.limit());
    let id = |item: &Item| format!("{}/{}/{}/{}", item.tenant_id, item.principal_id, item.since, item.partner_id);
    let (tenant, partner) = (call.name("tenant_id"), call.name("partner_id"));
    let is_meant = |item: &&Item| {
        let of_partner = |partner: &Name| item.partner_id == *partner || item.global_partner_id.as_ref() == Some(partner);
        tenant.as_ref().is_none_or(|tenant| item.tenant_id == *tenant)
            && partner.as_ref().is_none_or(of_partner)
            && call.text("state").is_none_or(|state| item.state == state)
            && id(item) > after
    };
    let all = call.reading.inventory(as_of(call))?;
    let mut meant: Vec<&Item> = all.iter().filter(is_meant).collect();
    meant.sort_by_cached_key(|item| id(item));
    let mut items: Vec<&Item> = Vec::new();
    for item in meant {
        let fields = [("partner_id", &item.partner_id), ("tenant_id", &item.tenant_id)];
        if call.may_see(Link::REGISTER, &fields.into_iter().map(|(name, of)| (name.to_owned(), value(of))).collect())? {
            items.push(item);
        }
        if items.len() > limit {
            break;
        }
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| hex(id(last).as_bytes()));
    Ok(value(&Page { items, next }))
}

fn identity(call: &Call<'_>) -> String {
    links::id_of(&Name::new(call.part("tenant_id")), &Name::new(call.part("principal_id")))
}
