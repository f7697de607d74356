//! Owners of Power Platform and Customer Insights resources: who is credited with their use, through a link.

use serde::{Deserialize, Serialize};

use crate::facts::{Program, ResourceOwner};
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry;
use crate::record::factual::Factual;
use crate::record::refusal::Refusal;
use crate::rulebook::suggest;
use crate::time::{Day, Interval};
use crate::words::Capacity;

/// An app, flow, dataset or instance, with all who own or owned it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OwnedResource {
    /// The customer's tenant.
    pub tenant_id: Name,
    /// `power-apps`, `power-automate`, `power-bi` or `customer-insights`.
    pub product: Name,
    /// The app, flow, dataset or instance.
    pub resource_id: Name,
    /// Who owns or owned it, in the order in which they were recorded.
    pub owners: Vec<Owner>,
}

/// An owner of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Owner {
    /// The owner's object id.
    pub principal_id: Name,
    /// What makes the principal the owner.
    pub capacity: Capacity,
    /// The environment; blank: production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Name>,
    /// First day of the ownership.
    pub from: Day,
    /// First day after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
}

/// A resource by its workload and its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Resource {
    /// The workload.
    pub product: Name,
    /// The app, flow or dataset.
    pub resource_id: Name,
}

impl Entry for OwnedResource {
    const REGISTER: &'static str = "resource-owner";

    fn id(&self) -> String {
        id_of(&self.tenant_id, &self.product, &self.resource_id)
    }
}

fn id_of(tenant: &Name, product: &Name, resource: &Name) -> String {
    format!("{tenant}/{product}/{resource}")
}

impl Factual for OwnedResource {
    type Row = ResourceOwner;

    const TABLE: &'static str = "resource_owners";

    fn table(program: &Program) -> &Vec<ResourceOwner> {
        &program.resource_owners
    }

    fn table_mut(program: &mut Program) -> &mut Vec<ResourceOwner> {
        &mut program.resource_owners
    }

    fn id_of(row: &ResourceOwner) -> String {
        id_of(&row.tenant_id, &row.product, &row.resource_id)
    }

    fn of_rows(rows: &[&ResourceOwner]) -> Self {
        let first = rows.first().expect("an entry has a row");
        let owner = |row: &&ResourceOwner| Owner {
            principal_id: row.principal_id.clone(),
            capacity: row.capacity,
            environment: row.environment.clone(),
            from: row.from,
            to: row.to,
        };
        Self {
            tenant_id: first.tenant_id.clone(),
            product: first.product.clone(),
            resource_id: first.resource_id.clone(),
            owners: rows.iter().map(owner).collect(),
        }
    }

    fn rows(&self) -> Vec<ResourceOwner> {
        let row = |owner: &Owner| ResourceOwner {
            tenant_id: self.tenant_id.clone(),
            product: self.product.clone(),
            resource_id: self.resource_id.clone(),
            principal_id: owner.principal_id.clone(),
            capacity: owner.capacity,
            from: owner.from,
            environment: owner.environment.clone(),
            to: owner.to,
        };
        self.owners.iter().map(row).collect()
    }
}

/// Records that the identity that is signed in imported a managed solution into an environment: it becomes the owner of what is in it, in
/// the place of who was. Co-owners stay.
///
/// # Errors
/// When no identity is signed in, the environment is not the one in which ownership counts, nothing is named, or a workload is none whose
/// resources a solution holds.
pub fn import_solution(desk: &mut Desk<'_>, solution: &str, environment: &Name, resources: &[Resource]) -> Acted<Vec<OwnedResource>> {
    let identity = super::signed_in(desk)?;
    super::must_be_able_to_link(desk, &identity)?;
    let rules = &desk.rulebook.associations.pal;
    let counted = &rules.environment.value;
    if environment != counted {
        let message = format!("the environment `{environment}` is not one whose use is credited");
        return Err(Refusal::invalid("environment-not-counted", message, format!("import the solution into `{counted}`")).into());
    }
    if resources.is_empty() {
        let cure = "name its apps and flows, each as WORKLOAD/ID";
        return Err(Refusal::invalid("solution-empty", format!("nothing is named of the solution `{solution}`"), cure).into());
    }
    let mut owned = Vec::new();
    for Resource { product, resource_id } in resources {
        let Some(capacity) = rules.imported.get(product).map(|capacity| capacity.value) else {
            let cure = suggest::cure(product.as_str(), rules.imported.keys().map(Name::as_str));
            return Err(Refusal::invalid("workload-unknown", format!("solutions hold no resources of `{product}`"), cure).into());
        };
        owned.push(take(desk, solution, &identity.tenant_id, &identity.object_id, (product, resource_id), capacity)?);
    }
    Ok(owned)
}

/// Makes a principal the one owner of a resource in a capacity, from today on.
fn take(
    desk: &mut Desk<'_>,
    solution: &str,
    tenant: &Name,
    principal: &Name,
    (product, resource): (&Name, &Name),
    capacity: Capacity,
) -> Acted<OwnedResource> {
    let today = desk.today();
    let known = desk.find::<OwnedResource>(&id_of(tenant, product, resource))?;
    let mut owned = known.unwrap_or_else(|| OwnedResource {
        tenant_id: tenant.clone(),
        product: product.clone(),
        resource_id: resource.clone(),
        owners: Vec::new(),
    });
    let holds = |owner: &Owner| owner.capacity == capacity && Interval::new(owner.from, owner.to).holds_on(today);
    if owned.owners.iter().any(|owner| holds(owner) && owner.principal_id == *principal) {
        return Ok(owned);
    }
    for owner in owned.owners.iter_mut().filter(|owner| holds(owner)) {
        owner.to = Some(today);
    }
    owned.owners.retain(|owner| !Interval::new(owner.from, owner.to).is_empty());
    owned.owners.push(Owner { principal_id: principal.clone(), capacity, environment: None, from: today, to: None });
    desk.put("solution-imported", &owned, today, Some(&format!("solution `{solution}`")))?;
    Ok(owned)
}
