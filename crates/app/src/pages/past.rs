//! A customer's history: every event about its tenant.

use askama::Template;
use axum::response::Response;
use domain::accounts;
use domain::chains::Chain;
use domain::claims::{Claim, arbitrations::Arbitration, may_see};
use domain::facts::{Customer, Subscription};
use domain::links::Link;
use domain::names::Name;
use domain::of_record::{RecordOfPartner, request::Request};
use domain::parties::User;
use domain::record::actor::Organisation;
use domain::record::desk::{Acted, Desk};
use domain::record::entry::{By, Entry};
use domain::record::event::Event;
use domain::rulebook::Rulebook;
use domain::sight::seen;

use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{named, show, told};

#[derive(Template)]
#[template(path = "pages/past.html")]
struct PastPage {
    frame: Frame,
    heading: String,
    customer: String,
    grid: GridPart,
}

/// What only reviewers are told, until it is decided.
const INTERNAL: [&str; 2] = ["claim-voted", "arbitration-voted"];

/// Shows the history.
///
/// # Errors
///
/// A visitor who acts for no customer, or a log that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let (entries, customer, own) =
        visit.read(|desk| Ok((entries(desk, &tenant)?, named::customer(desk, &tenant)?, desk.actor.organisation.clone())))?;
    let home = visit.home()?;
    let mut events: Vec<(Event, String)> = Vec::new();
    for (register, id, about) in entries {
        let of_entry = home.events_of(register, &id).map_err(|error| Problem::unread(&error))?;
        events.extend(of_entry.into_iter().map(|event| (event, about.clone())));
    }
    events.retain(|(event, _)| !INTERNAL.contains(&event.what.kind.as_str()));
    events.sort_by_key(|(event, _)| std::cmp::Reverse(event.sequence));
    let columns = vec![
        Column::text("recorded_at", "When").unbroken(),
        Column::text("what", "What").choice(),
        Column::text("about", "About"),
        Column::text("by", "By").choice(),
        Column::day("effective_on", "Holds from"),
        Column::text("reason", "Why"),
        Column::count("event", "Event").file_only(),
    ];
    let rows = events.iter().map(|(event, about)| row(visit.rulebook(), event, about, own.as_ref())).collect();
    let grid = Grid::new(visit, "events", columns, rows).named(&format!("history-of-{tenant}"));
    let grid = grid
        .empty("Nothing has been changed about your tenant here. What imports tell of it stands under Partners here and Subscriptions.");
    if let Some(file) = grid.download() {
        return file;
    }
    let heading = match grid.total() {
        0 => "Nothing has happened yet".to_owned(),
        some => format!("{} about your tenant", show::count(some, "event")),
    };
    html(&PastPage { frame: visit.frame("History"), heading, customer, grid: grid.part() })
}

fn row(rulebook: &Rulebook, event: &Event, about: &str, own: Option<&Organisation>) -> Vec<Cell> {
    let what = &event.what;
    let at = event.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    // people of the other sides are not named
    let by = if what.organisation.as_ref() == own { what.actor.to_string() } else { told::side(event) };
    vec![
        Cell::shown(show::instant(&at), Value::Text(at)),
        Cell::text(told::what(&what.kind)),
        Cell::text(about),
        Cell::text(by),
        Cell::day(Some(what.effective_on)),
        what.reason.as_ref().map_or_else(Cell::none, |reason| Cell::text(because(rulebook, reason))),
        Cell::new(Value::Count(i64::try_from(event.sequence).unwrap_or(i64::MAX))),
    ]
}

/// A reason in words: codes of the rulebook are told as it words them.
fn because(rulebook: &Rulebook, reason: &str) -> String {
    let known = rulebook.associations.cpor.reasons.rejection.get(&Name::new(reason));
    known.map_or_else(|| reason.to_owned(), |rules| show::capital(&rules.because))
}

/// The entries about a tenant: register, id, and what each is called.
fn entries(desk: &Desk<'_>, tenant: &Name) -> Acted<Vec<(&'static str, String, String)>> {
    let by = By { tenant_id: Some(tenant.clone()), ..By::default() };
    let mut found = Vec::new();
    for claim in desk.list::<Claim>(&by)? {
        if may_see(desk, &claim)? {
            found.push((Claim::REGISTER, claim.id(), format!("{} of {}", claim.claim_id, claim.partner_id)));
        }
    }
    let case = |case: &Arbitration| (Arbitration::REGISTER, case.id(), format!("{}, {}", case.arbitration_id, case.scopes.join(", ")));
    found.extend(desk.list::<Arbitration>(&by)?.iter().map(case));
    let record = |entry: &RecordOfPartner| (RecordOfPartner::REGISTER, entry.id(), format!("partner of record of {}", entry.id()));
    found.extend(seen::<RecordOfPartner>(desk, &by)?.iter().map(record));
    found.extend(
        desk.list::<Request>(&by)?
            .iter()
            .map(|entry| (Request::REGISTER, entry.id(), format!("{} of {}", entry.request_id, entry.partner_id))),
    );
    found.extend(desk.list::<Link>(&by)?.iter().map(|entry| (Link::REGISTER, entry.id(), format!("identity {}", entry.principal_id))));
    found.extend(seen::<Chain>(desk, &by)?.iter().map(|entry| (Chain::REGISTER, entry.id(), format!("sale of {}", entry.subscription_id))));
    found.extend(
        desk.list::<Subscription>(&by)?
            .iter()
            .map(|row| (Subscription::REGISTER, row.id(), format!("subscription {}", row.subscription_id))),
    );
    let domains = |row: &Customer| accounts::domains(row).next().unwrap_or_else(|| row.name.clone());
    found.extend(desk.find::<Customer>(tenant.as_str())?.iter().map(|row| (Customer::REGISTER, row.id(), domains(row))));
    let mut users = desk.list::<User>(&By::default())?;
    users.retain(|user| user.organisation == Organisation::Customer(tenant.clone()));
    found.extend(users.iter().map(|user| (User::REGISTER, user.id(), format!("user {}", user.user_id))));
    Ok(found)
}
