//! A customer's subscriptions, and who is partner of record of each.

/// Naming one partner for many subscriptions.
mod many;

/// One subscription: who is its partner of record, naming another one, removing it.
mod one;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::facts::Subscription;
use domain::names::Name;
use domain::of_record::{check_open, entry_of, holder};
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::entry::By;
use domain::time::Day;

use crate::pages::acting::form;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::named::{self, Partners};
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};

/// The pages of subscriptions.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/customer/subscriptions", page(show))
        .route("/customer/designate", page(many::ask).merge(form(many::saved)))
        .route("/customer/subscriptions/{subscription}", page(one::show))
        .route("/customer/subscriptions/{subscription}/save", form(one::save))
        .route("/customer/subscriptions/{subscription}/remove", page(one::ask_remove).merge(form(one::remove)))
}

#[derive(Template)]
#[template(path = "pages/subscriptions.html")]
struct SubscriptionsPage {
    frame: Frame,
    heading: String,
    customer: String,
    grid: GridPart,
    products: Vec<(String, String)>,
    statuses: Vec<(String, String)>,
}

/// A subscription as it is listed.
struct Listed {
    row: Subscription,
    partner: Option<(String, Day)>,
    why_not: Option<String>,
}

/// Shows the subscriptions.
///
/// # Errors
///
/// A visitor who acts for no customer, or registers that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let (listed, customer) = visit.read(|desk| Ok((list(desk, &tenant)?, named::customer(desk, &tenant)?)))?;
    let named = listed.iter().filter(|one| one.partner.is_some()).count();
    let heading = match (listed.len(), named) {
        (0, _) => "No subscription is known".to_owned(),
        (1, 0) => "1 subscription, without a partner of record".to_owned(),
        (1, _) => "1 subscription, with a partner of record".to_owned(),
        (all, named) => format!("{named} of {all} subscriptions have a partner of record"),
    };
    let grid = Grid::new(visit, "subscriptions", columns(), listed.iter().map(row).collect()).named(&format!("subscriptions-of-{tenant}"));
    let grid = grid.empty("The operator has been told of no subscription of yours yet.");
    if let Some(file) = grid.download() {
        return file;
    }
    let choices = |value: fn(&Subscription) -> Option<&Name>| {
        let all: std::collections::BTreeSet<&Name> = listed.iter().filter_map(|one| value(&one.row)).collect();
        all.into_iter().map(|name| (name.to_string(), named::workload(name))).collect::<Vec<_>>()
    };
    html(&SubscriptionsPage {
        frame: visit.frame("Subscriptions"),
        heading,
        customer,
        products: choices(|row| row.product.as_ref()),
        statuses: choices(|row| row.status.as_ref()),
        grid: grid.part(),
    })
}

fn list(desk: &Desk<'_>, tenant: &Name) -> Acted<Vec<Listed>> {
    let mut partners = Partners::default();
    let mut listed = Vec::new();
    for row in desk.list::<Subscription>(&By { tenant_id: Some(tenant.clone()), ..By::default() })? {
        let partner = match holder(desk, &row)? {
            Some(id) => {
                let since = entry_of(desk, &row)?.holders.on(desk.today()).map(|span| span.from);
                Some((partners.name(desk, &id)?, since.unwrap_or_else(|| desk.today())))
            }
            None => None,
        };
        listed.push(Listed { why_not: why_not(desk, &row)?, partner, row });
    }
    Ok(listed)
}

/// Why no partner of record can be named for a subscription; nothing when one can.
fn why_not(desk: &Desk<'_>, row: &Subscription) -> Acted<Option<String>> {
    match check_open(desk, row) {
        Ok(()) => Ok(None),
        Err(ActError::Refused(refusal)) => Ok(Some(refusal.message)),
        Err(failed) => Err(failed),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("subscription_id", "Subscription"),
        Column::text("product", "Product").choice(),
        Column::text("agreement", "Agreement").choice(),
        Column::text("status", "State").choice(),
        Column::day("starts_on", "From"),
        Column::day("ends_on", "To"),
        Column::text("partner", "Partner of record").choice(),
        Column::day("since", "Since"),
        Column::text("note", "Note"),
    ]
}

fn row(one: &Listed) -> Vec<Cell> {
    let row = &one.row;
    let partner = one.partner.as_ref();
    vec![
        Cell::id(&row.subscription_id).link(paths::customer_subscription(&row.subscription_id)),
        row.product.as_ref().map_or_else(Cell::none, |product| Cell::text(named::workload(product))),
        row.agreement.map_or_else(Cell::none, |agreement| Cell::text(agreement.as_str())),
        row.status.as_ref().map_or_else(Cell::none, |status| Cell::text(status.as_str())),
        Cell::day(row.starts_on),
        Cell::day(row.ends_on),
        partner.map_or_else(Cell::none, |(name, _)| Cell::text(name.clone())),
        Cell::day(partner.map(|(_, since)| *since)),
        one.why_not.as_ref().map_or_else(Cell::none, |why| Cell::said(why)),
    ]
}
