//! A partner's claims: how many there are by workload, what was approved over time, and every one of them.

/// What was approved over time.
mod chart;

/// Which activity to choose.
mod choose;

/// One claim.
mod claim;

/// What a partner does with a claim.
mod acts;

/// What a claim lacks, as pages tell it.
mod lacks;

/// Drafts: the form of a claim.
mod draft;

/// Files that are proof.
mod proof;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::post;
use domain::chains::Chain;
use domain::claims::{Claim, may_see};
use domain::facts::Customer;
use domain::names::Name;
use domain::of_record::RecordOfPartner;
use domain::record::desk::{Acted, Desk};
use domain::record::entry::By;
use domain::rulebook::Rulebook;
use domain::sight::seen;
use domain::words::ClaimState;

use crate::pages::acting::form;
use crate::pages::charts::Columns;
use crate::pages::frame::{Frame, Here};
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::{paths, show};
use crate::proofs::BYTES_MAX;

/// States in which the operator has a claim.
const PENDING: [ClaimState; 3] = [ClaimState::Submitted, ClaimState::UnderReview, ClaimState::Dispute];

#[derive(Template)]
#[template(path = "pages/claims.html")]
struct ClaimsPage {
    frame: Frame,
    partner: String,
    heading: String,
    new_href: Option<String>,
    tiles: Vec<Tile>,
    chart: Option<Columns>,
    grid: GridPart,
}

/// How the claims on a workload or product stand.
struct Tile {
    name: String,
    href: String,
    held: usize,
    pending: usize,
    with_you: usize,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    // the form's own fields need some room beside the file
    let upload = DefaultBodyLimit::max(BYTES_MAX + (64 << 10));
    Router::new()
        .route("/partners/{partner}/claims", page(show))
        .route("/partners/{partner}/claims/new", page(draft::begin).merge(form(draft::take_new)))
        .route("/partners/{partner}/claims/{claim}", page(claim::show).merge(form(acts::take)))
        .route("/partners/{partner}/claims/{claim}/edit", page(draft::show).merge(form(draft::take)))
        .route("/partners/{partner}/claims/{claim}/proof", post(proof::take).layer(upload))
        .route("/partners/{partner}/claims/{claim}/proof/{hash}", page(proof::get))
}

/// The claims of a workspace that its visitor may see, with the names of customers.
struct Listed {
    claims: Vec<Claim>,
    customers: BTreeMap<Name, String>,
    /// Subscriptions that the partner is or was tied to, with their tenants.
    tied: BTreeSet<(Name, Name)>,
}

impl Listed {
    fn of(visit: &Visit, workspace: &Workspace) -> Result<Self, Problem> {
        Self::read(visit, workspace, false)
    }

    /// The same with what the partner is tied to, which takes longer.
    fn with_ties(visit: &Visit, workspace: &Workspace) -> Result<Self, Problem> {
        Self::read(visit, workspace, true)
    }

    fn read(visit: &Visit, workspace: &Workspace, with_ties: bool) -> Result<Self, Problem> {
        let read = |desk: &mut Desk<'_>| {
            let mut claims = Vec::new();
            for location in &workspace.accounts {
                let by = By { partner_id: Some(location.clone()), ..By::default() };
                for claim in desk.list::<Claim>(&by)? {
                    if may_see(desk, &claim)? {
                        claims.push(claim);
                    }
                }
            }
            claims.sort_by(|one, other| one.claim_id.cmp(&other.claim_id));
            let tied = if with_ties { ties(desk)? } else { BTreeSet::new() };
            let tenants: BTreeSet<&Name> =
                claims.iter().map(|claim| &claim.tenant_id).chain(tied.iter().map(|(tenant, _)| tenant)).collect();
            let mut customers = BTreeMap::new();
            for tenant in tenants {
                customers.extend(desk.find::<Customer>(tenant.as_str())?.map(|row| (row.tenant_id, row.name)));
            }
            Ok(Self { claims, customers, tied })
        };
        visit.read(read)
    }

    fn customer(&self, tenant: &Name) -> String {
        self.customers.get(tenant).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| tenant.to_string())
    }
}

impl Listed {
    /// Customers that the partner is tied to, by tenant ID; others are claimed by their ID as well.
    fn tenants(&self) -> Vec<(String, String)> {
        let tenants: BTreeSet<&Name> =
            self.tied.iter().map(|(tenant, _)| tenant).chain(self.claims.iter().map(|claim| &claim.tenant_id)).collect();
        tenants.into_iter().map(|tenant| (tenant.to_string(), self.customer(tenant))).collect()
    }

    /// Subscriptions of a tenant that the partner is tied to.
    fn subscriptions(&self, tenant: &str) -> Vec<(String, String)> {
        let tenant = Name::new(tenant);
        let of_tenant = self.tied.iter().filter(|(own, _)| *own == tenant);
        of_tenant.map(|(_, subscription)| (subscription.to_string(), String::new())).collect()
    }
}

/// Subscriptions that the partner is or was tied to, with their tenants.
fn ties(desk: &Desk<'_>) -> Acted<BTreeSet<(Name, Name)>> {
    let mut tied = BTreeSet::new();
    for entry in seen::<RecordOfPartner>(desk, &By::default())? {
        tied.extend(entry.tenant_id.zip(entry.subscription_id));
    }
    for chain in seen::<Chain>(desk, &By::default())? {
        tied.extend(chain.tenant_id.map(|tenant| (tenant, chain.subscription_id)));
    }
    Ok(tied)
}

/// A state in words, with what it waits for.
fn state_of(claim: &Claim) -> String {
    match (&claim.waiting, claim.state) {
        (Some(_), _) => "waits for a subscription".to_owned(),
        (None, ClaimState::Dispute) => "disputed".to_owned(),
        (None, ClaimState::RejectedFinal) => "rejected for good".to_owned(),
        (None, state) => state.as_str().replace('-', " "),
    }
}

/// The solution area that a claim is made in.
fn area_of(rulebook: &Rulebook, claim: &Claim) -> String {
    rulebook.associations.cpor.activities.get(&claim.activity).map_or_else(String::new, |rules| rules.solution_area.clone())
}

/// Shows the claims.
///
/// # Errors
///
/// A partner that is not there, or registers that cannot be read.
fn show(visit: &Visit) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let listed = Listed::of(visit, &workspace)?;
    let rows = listed.claims.iter().map(|claim| row(visit, &workspace, &listed, claim)).collect();
    let grid = Grid::new(visit, "claims", columns(), rows).sorted("-last_activity").named(&format!("{}-claims", workspace.id()));
    let grid = grid.empty("Nothing was claimed yet. A claim makes you partner of record for a workload or a product of a customer.");
    let approved = chart::approved(&listed.claims, visit.as_of()?);
    let numbers = approved.grid(visit, &format!("{}-approved", workspace.id()));
    if let Some(file) = grid.download().or_else(|| numbers.download()) {
        return file;
    }
    let chart = approved.chart(visit, &numbers);
    html(&ClaimsPage {
        frame: workspace.frame(visit, "Claims", Here::Claims),
        partner: workspace.name(),
        heading: heading(&listed.claims),
        new_href: workspace.acts(&Workspace::CLAIMING).then(|| workspace.at("claims/new")),
        tiles: tiles(visit, &listed.claims),
        chart: (!chart.is_empty()).then_some(chart),
        grid: grid.part(),
    })
}

fn heading(claims: &[Claim]) -> String {
    let count = |states: &[ClaimState]| claims.iter().filter(|claim| states.contains(&claim.state)).count();
    let waiting = count(&[ClaimState::ActionRequired]);
    let told = match claims.len() {
        0 => return "Nothing was claimed yet".to_owned(),
        _ => format!("{} approved, {} with the reviewers", show::count(count(&[ClaimState::Approved]), "claim"), count(&PENDING)),
    };
    match waiting {
        0 => told,
        1 => format!("{told}, 1 waits for your answer"),
        some => format!("{told}, {some} wait for your answer"),
    }
}

/// A tile for each workload or product, those with the most claims first.
fn tiles(visit: &Visit, claims: &[Claim]) -> Vec<Tile> {
    let mut tiles: BTreeMap<&Name, Tile> = BTreeMap::new();
    for claim in claims {
        for product in &claim.products {
            let Some(workload) = &product.workload else { continue };
            let new = || Tile {
                name: show::spoken(workload.as_str()),
                href: paths::with_query(visit.path(), &[("products", Some(show::spoken(workload.as_str())))]),
                held: 0,
                pending: 0,
                with_you: 0,
            };
            let tile = tiles.entry(workload).or_insert_with(new);
            match claim.state {
                ClaimState::Approved => tile.held += usize::from(product.held_to.is_none() && product.held_from.is_some()),
                ClaimState::Draft | ClaimState::ActionRequired => tile.with_you += 1,
                state => tile.pending += usize::from(PENDING.contains(&state)),
            }
        }
    }
    let mut tiles: Vec<Tile> = tiles.into_values().filter(|tile| tile.held + tile.pending + tile.with_you > 0).collect();
    tiles.sort_by_key(|tile| std::cmp::Reverse((tile.held, tile.pending, tile.with_you)));
    tiles
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("claim", "Claim"),
        Column::text("name", "Name").file_only(),
        Column::text("area", "Solution area").choice().unbroken(),
        Column::text("products", "Products").choice(),
        Column::text("customer", "Customer"),
        Column::text("tenant_id", "Tenant").file_only(),
        Column::text("partner_id", "Location").choice().file_only(),
        Column::text("state", "State").choice(),
        Column::day("last_activity", "Last activity"),
        Column::day("created", "Date created"),
        Column::day("due", "Next clock"),
    ]
}

fn row(visit: &Visit, workspace: &Workspace, listed: &Listed, claim: &Claim) -> Vec<Cell> {
    let products: Vec<String> =
        claim.products.iter().filter_map(|product| product.workload.as_ref()).map(|workload| show::spoken(workload.as_str())).collect();
    let id = Cell::id(&claim.claim_id).link(paths::claim(workspace.id(), &claim.claim_id));
    let clock = claim.next_clock();
    let due = Cell::day(clock.map(|(_, due_on)| due_on));
    vec![
        if claim.name.is_empty() { id } else { id.note(claim.name.clone()) },
        Cell::text(claim.name.clone()),
        Cell::text(area_of(visit.rulebook(), claim)),
        Cell::lines(&products),
        Cell::text(listed.customer(&claim.tenant_id)).link(paths::customer(workspace.id(), &claim.tenant_id, None)),
        Cell::id(&claim.tenant_id),
        Cell::id(&claim.partner_id),
        Cell::text(state_of(claim)),
        Cell::day(claim.last_activity()),
        Cell::day(claim.created_on.or(claim.submitted_on)),
        clock.map_or_else(|| due.clone(), |(name, _)| due.clone().note(name.as_str().replace('-', " "))),
    ]
}
