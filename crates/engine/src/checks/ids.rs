//! Ids that name no partner location or no customer. The rows stay: they keep their place in a resale chain and among a
//! person's links, and give no credit.

use std::collections::{HashMap, HashSet};

use domain::facts::{
    Claim, Consumption, Csp, Enrolment, GroupMember, ManagementGroup, PalLink, Partner, PartnerOfRecord, Person, Principal, Program,
    ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use domain::names::Name;
use domain::words::PartnerKind;

use super::Finding;
use crate::dataset::{Dataset, Origins};
use crate::problems::{Problems, RowProblem};
use crate::spelling::list;
use crate::tables::TableRow;

/// How many locations a message names.
const NAMED_MAX: usize = 5;

/// What is wrong with an id: the reason, the message and the cure.
type Verdict = Option<(&'static str, String, String)>;

/// Checks the partners and customers that registers name.
pub fn check(dataset: &Dataset) -> Problems {
    let Dataset { program, origins, .. } = dataset;
    let mut problems = Problems::default();
    let look = &mut Look { program, origins, problems: &mut problems };
    let accounts = Accounts::of(&program.partners);
    let location = |id: &Name| accounts.judge_location(id);
    warn::<PalLink>(look, "partner_id", |row| Some(&row.partner_id), location);
    warn::<PartnerOfRecord>(look, "partner_id", |row| Some(&row.partner_id), location);
    warn::<Csp>(look, "partner_id", |row| Some(&row.partner_id), location);
    warn::<Claim>(look, "partner_id", |row| Some(&row.partner_id), location);
    warn::<Person>(look, "partner_id", |row| Some(&row.partner_id), location);
    warn::<Enrolment>(look, "global_partner_id", |row| Some(&row.global_partner_id), |id| accounts.judge_global(id));

    let tenants = tenants(program);
    let tenant = |id: &Name| judge_tenant(&tenants, id);
    warn::<Subscription>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<Principal>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<GroupMember>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<PalLink>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<RoleAssignment>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<ManagementGroup>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<ResourceOwner>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<PartnerOfRecord>(look, "tenant_id", |row| row.tenant_id.as_ref(), tenant);
    warn::<Claim>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<WorkloadUsage>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    warn::<Revenue>(look, "tenant_id", |row| Some(&row.tenant_id), tenant);
    problems
}

/// Checks the customers that consumption names.
pub fn check_consumption(dataset: &mut Dataset) {
    let Dataset { program, origins, problems, .. } = dataset;
    let tenants = tenants(program);
    let look = &mut Look { program, origins, problems };
    warn::<Consumption>(look, "tenant_id", |row| Some(&row.tenant_id), |id| judge_tenant(&tenants, id));
}

/// A dataset that is looked at, and what is found.
struct Look<'a> {
    program: &'a Program,
    origins: &'a Origins,
    problems: &'a mut Problems,
}

fn tenants(program: &Program) -> HashSet<Name> {
    program.customers.iter().map(|customer| customer.tenant_id.clone()).collect()
}

/// A program without a register of customers is taken at its word.
fn judge_tenant(tenants: &HashSet<Name>, id: &Name) -> Verdict {
    if tenants.is_empty() || tenants.contains(id) {
        return None;
    }
    Some(unknown_tenant(id))
}

/// What is said of a tenant that the register of customers does not have: the reason, the message and the cure.
pub fn unknown_tenant(id: &Name) -> (&'static str, String, String) {
    let message = format!("`{id}` is no tenant of `customers`; it is taken as a customer of the public cloud without a name");
    ("unknown-tenant", message, "add the tenant to `customers`, or correct the ID".to_owned())
}

/// Partner locations and the global accounts that they roll up to.
struct Accounts<'a> {
    locations: HashMap<&'a Name, &'a Partner>,
    globals: HashMap<&'a Name, Vec<&'a Name>>,
}

impl<'a> Accounts<'a> {
    fn of(partners: &'a [Partner]) -> Accounts<'a> {
        let mut accounts = Accounts { locations: HashMap::new(), globals: HashMap::new() };
        for partner in partners {
            let active = accounts.globals.entry(&partner.global_partner_id).or_default();
            if partner.kind == PartnerKind::Location {
                if partner.active.0 {
                    active.push(&partner.partner_id);
                }
                accounts.locations.insert(&partner.partner_id, partner);
            } else {
                accounts.globals.entry(&partner.partner_id).or_default();
            }
        }
        accounts
    }

    fn judge_location(&self, id: &Name) -> Verdict {
        match (self.locations.get(id), self.globals.contains_key(id)) {
            (Some(location), _) if location.active.0 => None,
            (Some(location), _) => Some((
                "closed-location",
                format!("`{id}` is a closed location; it gives no credit"),
                format!(
                    "the active locations of its global account `{}` are: {}",
                    location.global_partner_id,
                    self.active(&location.global_partner_id)
                ),
            )),
            (None, true) => Some((
                "global-partner-id",
                format!("`{id}` is a global account; associations are made with the ID of a location, so this gives no credit"),
                format!("use one of the account's active locations: {}", self.active(id)),
            )),
            (None, false) => Some((
                "unknown-partner",
                format!("`{id}` is no row of `partners`; it gives no credit"),
                "add the location to `partners`, or correct the ID".to_owned(),
            )),
        }
    }

    fn judge_global(&self, id: &Name) -> Verdict {
        if self.globals.contains_key(id) {
            return None;
        }
        let cure = match self.locations.get(id) {
            Some(location) => format!("`{id}` is a location; its global account is `{}`", location.global_partner_id),
            None => "add a location of the account to `partners`, or correct the ID".to_owned(),
        };
        Some(("unknown-global-account", format!("`{id}` is no global account of `partners`"), cure))
    }

    /// The active locations of a global account, in the order of their IDs.
    fn active(&self, global: &Name) -> String {
        let mut active = self.globals.get(global).cloned().unwrap_or_default();
        active.sort_by_key(|id| id.id_order());
        let more = active.len().saturating_sub(NAMED_MAX);
        match active.len() {
            0 => "none".to_owned(),
            _ if more > 0 => format!("{} and {more} more", list(active.iter().take(NAMED_MAX).map(|id| id.as_str()))),
            _ => list(active.iter().map(|id| id.as_str())),
        }
    }
}

/// Judges every distinct id in a column, and warns once per id with the number of its rows.
fn warn<R: TableRow>(look: &mut Look<'_>, column: &str, id: impl Fn(&R) -> Option<&Name>, judge: impl Fn(&Name) -> Verdict) {
    let mut found: Vec<(usize, u64, (&'static str, String, String))> = Vec::new();
    let mut known: HashMap<&Name, Option<usize>> = HashMap::new();
    // rows about the same mostly stand together
    let mut last: Option<(&Name, Option<usize>)> = None;
    for (index, row) in R::rows(look.program).iter().enumerate() {
        let Some(id) = id(row) else { continue };
        let place = match last.filter(|(name, _)| *name == id) {
            Some((_, place)) => place,
            None => *known.entry(id).or_insert_with(|| {
                judge(id).map(|verdict| {
                    found.push((index, 0, verdict));
                    found.len() - 1
                })
            }),
        };
        last = Some((id, place));
        if let Some(place) = place {
            found[place].1 += 1;
        }
    }
    for (index, rows, (reason, message, cure)) in found {
        let value = id(&R::rows(look.program)[index]).map(ToString::to_string).unwrap_or_default();
        let problem = super::at(look.origins, R::TABLE, index, Finding { column, value, reason, message, cure });
        look.problems.push(RowProblem { rows, ..problem });
    }
}
