//! Admin links: every link over all tenants, whether it works, and what roles count for.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::inventory::{HeldRole, Item, Owned, WORKING};
use domain::reasons::Reason;
use domain::rulebook::roles::{Counts, Purpose, RoleExplained};

use crate::pages::frame::{Frame, Here};
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::{paths, show};
use crate::views::hidden::Hidden;
use domain::rights::On;

#[derive(Template)]
#[template(path = "pages/links.html")]
struct LinksPage {
    frame: Frame,
    partner: String,
    heading: String,
    tiles: Vec<Tile>,
    grid: GridPart,
    role_href: String,
    all_href: Option<String>,
    locations: Vec<(String, String)>,
}

/// How many links are in a state, and what would mend them.
struct Tile {
    state: String,
    href: String,
    links: usize,
    cure: String,
}

#[derive(Template)]
#[template(path = "pages/links_role.html")]
struct RolePage {
    frame: Frame,
    partner: String,
    back: String,
    action: String,
    name: String,
    heading: String,
    explained: Option<RoleExplained>,
    grid: GridPart,
}

impl RolePage {
    fn told(&self, purpose: Purpose) -> &'static str {
        told(purpose)
    }
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route("/partners/{partner}/links", page(show)).route("/partners/{partner}/links/role", page(role))
}

/// A state of a link in words.
fn state(code: &str) -> String {
    match code {
        "link-without-role" => "no role".to_owned(),
        "before-association" => "not begun yet".to_owned(),
        "cloud-excluded" => "cloud without links".to_owned(),
        "wrong-id-type" => "wrong kind of ID".to_owned(),
        code => code.replace('-', " "),
    }
}

fn show(visit: &Visit) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let all = visit.reading.inventory(visit.as_of()?).map_err(|error| Problem::unread(&error))?;
    let with_ended = visit.value("ended").is_some();
    let is_own = |item: &&Item| item.global_partner_id.as_ref() == Some(workspace.id()) || item.partner_id == *workspace.id();
    let is_meant = |item: &&Item| workspace.actor.location.as_ref().is_none_or(|own| item.partner_id == *own);
    let own: Vec<&Item> = all.iter().filter(is_own).filter(is_meant).collect();
    let ended = own.iter().filter(|item| item.state == Reason::Ended.code()).count();
    let shown: Vec<&Item> = own.into_iter().filter(|item| with_ended || item.state != Reason::Ended.code()).collect();
    let hidden = visit.hidden(&On::account(workspace.id()).within(workspace.actor.location.as_ref()));
    let rows = shown.iter().map(|item| row(&workspace, item, &hidden)).collect();
    let grid = Grid::new(visit, "links", columns(), rows).named(&format!("{}-links", workspace.id()));
    let grid = grid.empty("Nobody is linked to you. Whoever works in a customer's tenant links themselves, as told below.");
    if let Some(file) = grid.download() {
        return file;
    }
    let works = shown.iter().filter(|item| item.works()).count();
    html(&LinksPage {
        frame: workspace.frame(visit, "Admin links", Here::Links),
        partner: workspace.name(),
        heading: heading(works, shown.len()),
        tiles: tiles(visit, &shown),
        grid: grid.part(),
        role_href: workspace.at("links/role"),
        all_href: (ended > 0 && !with_ended).then(|| paths::with_query(visit.path(), &[("ended", Some("yes".to_owned()))])),
        locations: workspace.location_choices(),
    })
}

fn heading(works: usize, all: usize) -> String {
    match (works, all) {
        (_, 0) => "Nobody is linked to you".to_owned(),
        (works, all) if works == all => format!("All {} work", show::count(all, "link")),
        (works, all) => format!("{works} of {} work", show::count(all, "link")),
    }
}

/// A tile for each state that links are in, those that do not work first.
fn tiles(visit: &Visit, items: &[&Item]) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = Vec::new();
    for item in items {
        let name = state(item.state);
        match tiles.iter_mut().find(|tile| tile.state == name) {
            Some(tile) => tile.links += 1,
            None => tiles.push(Tile {
                href: paths::with_query(visit.path(), &[("state", Some(name.clone()))]),
                state: name,
                links: 1,
                cure: item.cure.map(show::capital).unwrap_or_default(),
            }),
        }
    }
    tiles.sort_by_key(|tile| (tile.state == WORKING, std::cmp::Reverse(tile.links)));
    tiles
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("identity", "Identity"),
        Column::text("principal_id", "Object ID").file_only(),
        Column::text("kind", "Kind").choice(),
        Column::text("customer", "Customer"),
        Column::text("tenant_id", "Tenant").file_only(),
        Column::text("partner_id", "Location").choice(),
        Column::text("state", "State").choice(),
        Column::text("cure", "What would mend it"),
        Column::day("since", "Since"),
        Column::day("until", "Until"),
        Column::text("reaches", "Reaches"),
    ]
}

fn row(workspace: &Workspace, item: &Item, hidden: &Hidden) -> Vec<Cell> {
    let role = |held: &HeldRole| {
        let through = held.through.as_ref().map_or_else(String::new, |group| format!(" through {group}"));
        format!("{} on {}{through}", held.role, held.scope)
    };
    let name = || Cell::text(item.name.clone().unwrap_or_else(|| item.principal_id.to_string()));
    let owned = |owned: &Owned| format!("{} of {}/{}", owned.capacity, owned.product, owned.resource_id);
    let reaches: Vec<String> = item.roles.iter().map(role).chain(item.owned.iter().map(owned)).collect();
    vec![
        hidden.persons.as_deref().map_or_else(name, Cell::hidden),
        Cell::id(&item.principal_id),
        Cell::text(item.kind.as_str().replace('-', " ")),
        Cell::text(item.customer.clone()).link(paths::customer(workspace.id(), &item.tenant_id, None)),
        Cell::id(&item.tenant_id),
        Cell::id(&item.partner_id),
        Cell::text(state(item.state)),
        Cell::text(item.cure.map(show::capital).unwrap_or_default()),
        Cell::day(Some(item.since)),
        Cell::day(item.until),
        if reaches.is_empty() { Cell::text("nothing") } else { Cell::lines(&reaches) },
    ]
}

/// Shows what a role counts for, and all listed ones.
fn role(visit: &Visit) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let rulebook = visit.rulebook();
    let name = visit.value("name").unwrap_or_default();
    let explained = (!name.is_empty()).then(|| rulebook.explain_role(name));
    let listed = rulebook.azure_roles.listed().into_keys().map(|role| rulebook.explain_role(role));
    let rows = listed.map(|role| role_row(visit, &role)).collect();
    let columns = vec![
        Column::text("role", "Role"),
        Column::text("influence", told(Purpose::Influence)).choice(),
        Column::text("incentive", told(Purpose::Incentive)).choice(),
        Column::text("earned_credit", told(Purpose::EarnedCredit)).choice(),
        Column::text("id", "Definition").unbroken(),
    ];
    let grid = Grid::new(visit, "roles", columns, rows).named("azure-roles");
    if let Some(file) = grid.download() {
        return file;
    }
    let heading = match &explained {
        None => "What does a role count for?".to_owned(),
        Some(role) if role.counts.iter().all(|count| count.counts == Counts::Yes) => format!("{} counts for everything", role.role),
        Some(role) if role.counts.iter().all(|count| count.counts != Counts::Yes) => format!("{} counts for nothing", role.role),
        Some(role) => {
            let yes = role.counts.iter().filter(|count| count.counts == Counts::Yes).map(|count| told(count.purpose).to_lowercase());
            format!("{} counts for {}, not for the rest", role.role, show::list(&yes.collect::<Vec<_>>()))
        }
    };
    html(&RolePage {
        frame: workspace.frame(visit, "Roles", Here::Links),
        partner: workspace.name(),
        back: workspace.at("links"),
        action: workspace.at("links/role"),
        name: name.to_owned(),
        heading,
        explained,
        grid: grid.part(),
    })
}

fn role_row(visit: &Visit, role: &RoleExplained) -> Vec<Cell> {
    let counts = |purpose: Purpose| {
        let found = role.counts.iter().find(|count| count.purpose == purpose);
        Cell::text(found.map_or("", |count| count.counts.shown()))
    };
    vec![
        Cell::text(role.role.clone()).link(paths::with_query(visit.path(), &[("name", Some(role.role.clone()))])),
        counts(Purpose::Influence),
        counts(Purpose::Incentive),
        counts(Purpose::EarnedCredit),
        role.id.as_ref().map_or_else(Cell::none, Cell::id),
    ]
}

/// A purpose in words.
const fn told(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Influence => "Influence",
        Purpose::Incentive => "Incentive",
        Purpose::EarnedCredit => "Earned credit",
    }
}
