//! Partners here: everyone who is tied to a customer's tenant, by which association, since when, and what they see.

/// Ending what ties somebody.
mod ending;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::attach::AttachType;
use domain::chains::Chain;
use domain::claims::Claim;
use domain::disclosure::{self, Figures};
use domain::facts::{Principal, Subscription};
use domain::inventory::Item;
use domain::links::{Link, LinkState};
use domain::names::Name;
use domain::of_record::RecordOfPartner;
use domain::record::desk::{Acted, Desk};
use domain::record::entry::By;
use domain::sight::seen;
use domain::time::Day;
use domain::words::{ClaimState, Tier};

use crate::pages::acting::form;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::named::{self, Partners};
use crate::pages::opened::in_a_line;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::{paths, show};

/// The pages of those who are tied.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/customer/partners", page(show))
        .route("/customer/partners/claims/{claim}/revoke", page(ending::ask_claim).merge(form(ending::revoke_claim)))
        .route("/customer/partners/links/{principal}/revoke", page(ending::ask_revoke).merge(form(ending::revoke_link)))
        .route("/customer/partners/links/{principal}/allow", page(ending::ask_allow).merge(form(ending::allow_link)))
}

#[derive(Template)]
#[template(path = "pages/tied.html")]
struct TiedPage {
    frame: Frame,
    heading: String,
    customer: String,
    told: Option<String>,
    grid: GridPart,
}

/// One tie.
struct Tied {
    partner: Name,
    name: String,
    kind: &'static str,
    on: String,
    since: Day,
    sees: Vec<String>,
    act: Option<(&'static str, String)>,
}

const TOLD: [(&str, &str); 4] = [
    ("revoked", "It is over: from today the partner sees nothing of later days by it."),
    ("link-revoked", "The link is revoked. The identity cannot be linked again until you allow it."),
    ("allowed", "The identity may be linked again."),
    ("removed", "The partner of record is removed."),
];

/// Shows who is tied.
///
/// # Errors
///
/// A visitor who acts for no customer, or registers that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let inventory = visit.reading.inventory(visit.reading.today()).map_err(|error| Problem::unread(&error))?;
    let (ties, customer) = visit.read(|desk| {
        let finder = Finder { desk, tenant: &tenant, subscriptions: subscriptions(desk, &tenant)? };
        let mut partners = Partners::default();
        let mut ties = finder.claims(&mut partners)?;
        ties.extend(finder.of_record(&mut partners)?);
        ties.extend(finder.links(&inventory, &mut partners)?);
        ties.extend(finder.sales(&mut partners)?);
        Ok((ties, named::customer(desk, &tenant)?))
    })?;
    let who: std::collections::BTreeSet<&Name> = ties.iter().filter(|tie| tie.kind != REVOKED).map(|tie| &tie.partner).collect();
    let heading = match who.len() {
        0 => "Nobody is tied to your tenant".to_owned(),
        some => format!("{} tied to your tenant", if some == 1 { "1 partner is".to_owned() } else { format!("{some} partners are") }),
    };
    let grid =
        Grid::new(visit, "ties", columns(), ties.iter().map(row).collect()).sorted("partner").named(&format!("partners-of-{tenant}"));
    let grid = grid
        .empty("No partner is tied to your tenant. Partners ask in your inbox; you name partners of record on the page of a subscription.");
    if let Some(file) = grid.download() {
        return file;
    }
    html(&TiedPage { frame: visit.frame("Partners here"), heading, customer, told: visit.told(&TOLD), grid: grid.part() })
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("partner", "Partner").choice(),
        Column::text("association", "By").choice(),
        Column::text("on", "On"),
        Column::day("since", "Since"),
        Column::text("sees", "What they see since then"),
        Column::text("act", "You can"),
    ]
}

fn row(tie: &Tied) -> Vec<Cell> {
    let act = tie.act.as_ref().map_or_else(Cell::none, |(label, href)| Cell::text(*label).link(href.clone()));
    let sees = if tie.sees.is_empty() { Cell::text("nothing") } else { Cell::lines(&tie.sees) };
    let name = Cell::shown(tie.name.clone(), Value::Text(tie.name.clone()));
    vec![name, Cell::text(tie.kind), Cell::text(tie.on.clone()), Cell::day(Some(tie.since)), sees, act]
}

/// What is said of a link that was revoked.
const REVOKED: &str = "Admin link, revoked";

fn subscriptions(desk: &Desk<'_>, tenant: &Name) -> Acted<BTreeMap<Name, Subscription>> {
    let rows = desk.list::<Subscription>(&By { tenant_id: Some(tenant.clone()), ..By::default() })?;
    Ok(rows.into_iter().map(|row| (row.subscription_id.clone(), row)).collect())
}

struct Finder<'d, 'a> {
    desk: &'d Desk<'a>,
    tenant: &'d Name,
    subscriptions: BTreeMap<Name, Subscription>,
}

impl Finder<'_, '_> {
    fn own(&self) -> By {
        By { tenant_id: Some(self.tenant.clone()), ..By::default() }
    }

    fn claims(&self, partners: &mut Partners) -> Acted<Vec<Tied>> {
        let today = self.desk.today();
        let approved = By { state: Some(ClaimState::Approved.to_string()), ..self.own() };
        let mut ties = Vec::new();
        for claim in self.desk.list::<Claim>(&approved)? {
            let opened = disclosure::of_claim(self.desk.rulebook, &claim);
            for product in &claim.products {
                let Some(held) = product.held().filter(|days| days.holds_on(today)) else { continue };
                let of = opened.iter().filter(|opened| opened.about == product.shown());
                let workload = product.workload.as_ref().map_or_else(|| "any product".to_owned(), named::workload);
                let of_one = product.subscription_id.as_ref().map(|id| format!("{workload}, subscription {id}"));
                ties.push(Tied {
                    partner: claim.partner_id.clone(),
                    name: partners.name(self.desk, &claim.partner_id)?,
                    kind: "Claim (CPOR)",
                    on: of_one.unwrap_or(workload),
                    since: held.from,
                    sees: in_a_line(of.map(|opened| opened.figures)),
                    act: Some(("Revoke", paths::customer_claim_revoke(&claim.claim_id))),
                });
            }
        }
        Ok(ties)
    }

    fn of_record(&self, partners: &mut Partners) -> Acted<Vec<Tied>> {
        let mut ties = Vec::new();
        for entry in seen::<RecordOfPartner>(self.desk, &self.own())? {
            let Some(span) = entry.holders.on(self.desk.today()) else { continue };
            let of_tenant = || self.subscriptions.values().find(|row| row.product == entry.product);
            let row = entry.subscription_id.as_ref().map_or_else(of_tenant, |id| self.subscriptions.get(id));
            let product = entry.product.as_ref().or(row.and_then(|row| row.product.as_ref()));
            let on = match (&entry.subscription_id, product) {
                (Some(id), Some(product)) => format!("{}, subscription {id}", named::workload(product)),
                (Some(id), None) => format!("Subscription {id}"),
                (None, product) => format!("{} of the whole tenant", product.map_or_else(String::new, named::workload)),
            };
            ties.push(Tied {
                partner: span.held.partner_id.clone(),
                name: partners.name(self.desk, &span.held.partner_id)?,
                kind: "Partner of record (DPOR)",
                on,
                since: span.from,
                sees: in_a_line(disclosure::of_product(self.desk.rulebook, AttachType::Dpor, product)),
                act: row.map(|row| ("Change or remove", paths::customer_subscription(&row.subscription_id))),
            });
        }
        Ok(ties)
    }

    fn links(&self, inventory: &[Item], partners: &mut Partners) -> Acted<Vec<Tied>> {
        let mut ties = Vec::new();
        for link in self.desk.list::<Link>(&self.own())? {
            let last = link.links.all().last().map(|span| (span.held.partner_id.clone(), span.from));
            let now = link.links.on(self.desk.today()).map(|span| (span.held.partner_id.clone(), span.from));
            let is_revoked = link.state == LinkState::Revoked;
            let Some((partner, since)) = now.or(last.filter(|_| is_revoked)) else { continue };
            let principal = self.desk.find::<Principal>(&format!("{}/{}", link.tenant_id, link.principal_id))?;
            let known = principal.and_then(|principal| principal.name).map(|name| format!("{name} ({})", link.principal_id));
            let item = inventory.iter().rfind(|item| item.tenant_id == link.tenant_id && item.principal_id == link.principal_id);
            let act = if is_revoked { ("Allow it again", "allow") } else { ("Revoke", "revoke") };
            ties.push(Tied {
                name: partners.name(self.desk, &partner)?,
                partner,
                kind: if is_revoked { REVOKED } else { "Admin link (PAL)" },
                on: known.unwrap_or_else(|| link.principal_id.to_string()),
                since,
                sees: if is_revoked { Vec::new() } else { reached(item) },
                act: Some((act.0, paths::customer_link(&link.principal_id, act.1))),
            });
        }
        Ok(ties)
    }

    fn sales(&self, partners: &mut Partners) -> Acted<Vec<Tied>> {
        let mut ties = Vec::new();
        for chain in seen::<Chain>(self.desk, &self.own())? {
            let Some(span) = chain.sales.on(self.desk.today()) else { continue };
            let product = self.subscriptions.get(&chain.subscription_id).and_then(|row| row.product.as_ref());
            let on = product.map_or_else(|| "Subscription".to_owned(), |product| format!("{}, subscription", named::workload(product)));
            for seller in &span.held.sellers {
                let attach = self.desk.rulebook.associations.csp.tiers.get(&seller.tier).map_or(AttachType::CspTier1, |tier| tier.value);
                ties.push(Tied {
                    partner: seller.partner_id.clone(),
                    name: partners.name(self.desk, &seller.partner_id)?,
                    kind: sells(seller.tier),
                    on: format!("{on} {}", chain.subscription_id),
                    since: span.from,
                    sees: in_a_line(disclosure::of_product(self.desk.rulebook, attach, product)),
                    act: None,
                });
            }
        }
        Ok(ties)
    }
}

const fn sells(tier: Tier) -> &'static str {
    match tier {
        Tier::DirectBill => "Seller (CSP, direct bill)",
        Tier::IndirectProvider => "Provider of the seller (CSP)",
        Tier::IndirectReseller => "Seller (CSP)",
    }
}

/// What a link lets its partner see: the figures of what the identity's roles reach, and of the resources that it owns.
fn reached(item: Option<&Item>) -> Vec<String> {
    let Some(item) = item.filter(|item| item.works()) else {
        return vec!["nothing now: the identity holds no role that counts on anything in use".to_owned()];
    };
    let mut lines = Vec::new();
    for role in item.roles.iter().filter(|role| role.counts) {
        lines.extend(
            in_a_line([Figures::Consumption]).into_iter().map(|figures| format!("under {} ({}): {figures}", role.scope, role.role)),
        );
    }
    for owned in &item.owned {
        let figures = in_a_line([Figures::WorkloadUsage]).concat();
        lines.push(format!("{} {} ({}): {figures}", show::spoken(owned.product.as_str()), owned.resource_id, owned.capacity));
    }
    lines
}
