//! Settings of a partner: its users, webhooks, and the visitor's own tokens.

/// What the forms do.
mod acts;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::parties::User;
use domain::record::actor::{Organisation, Role};
use domain::record::entry::By;
use domain::rights::Act;
use domain::tokens::{self, Scope, Token};
use domain::webhooks::Webhook;

use crate::pages::acting::{Sent, form};
use crate::pages::fields::{ActForm, Field, Refused};
use crate::pages::frame::{Frame, Here};
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::show;
use crate::pages::visit::{Visit, html, page};
use crate::views::persons::seen_by;

/// The roles that users of a partner may have, with what they may.
const ROLES: [(Role, &str); 5] = [
    (Role::AccountAdmin, "Account admin: runs the account, its users and enrolments"),
    (Role::IncentiveAdmin, "Incentive admin: makes associations, sees what they earn"),
    (Role::IncentiveUser, "Incentive user: makes associations"),
    (Role::ReportViewer, "Report viewer: reads reports without revenue and persons"),
    (Role::ExecutiveReportViewer, "Executive report viewer: reads all reports"),
];

#[derive(Template)]
#[template(path = "pages/settings.html")]
struct SettingsPage {
    frame: Frame,
    partner: String,
    heading: String,
    told: Option<&'static str>,
    /// A secret that was made just now: what it is of, and itself.
    secret: Option<(&'static str, String)>,
    note: Option<&'static str>,
    users: GridPart,
    user_forms: Vec<ActForm>,
    webhooks: Option<GridPart>,
    webhook_forms: Vec<ActForm>,
    tokens: GridPart,
    token_forms: Vec<ActForm>,
}

/// The routes of this page.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route("/partners/{partner}/settings", page(show).merge(form(acts::take)))
}

fn show(visit: &Visit) -> Result<Response, Problem> {
    render(visit, &Came::default())
}

/// What a form came to, when it stays on the page.
#[derive(Default)]
struct Came<'c> {
    sent: Option<&'c Sent>,
    refused: Option<&'c Refused<'c>>,
    secret: Option<(&'static str, String)>,
}

/// What the registers tell.
struct Own {
    users: Vec<User>,
    webhooks: Vec<Webhook>,
    tokens: Vec<Token>,
}

fn own(visit: &Visit, workspace: &Workspace) -> Result<Own, Problem> {
    let partner = Organisation::Partner(workspace.id().clone());
    visit.read(|desk| {
        let mut users = desk.list::<User>(&By::default())?;
        users.retain(|user| user.organisation == partner);
        let mut webhooks = desk.list::<Webhook>(&By::default())?;
        webhooks.retain(|webhook| webhook.organisation == partner && webhook.state != "removed");
        let mut tokens = desk.list::<Token>(&By::default())?;
        tokens.retain(|token| token.user_id == desk.actor.user);
        Ok(Own { users: seen_by(&workspace.actor, users), webhooks, tokens })
    })
}

fn render(visit: &Visit, came: &Came<'_>) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let own = own(visit, &workspace)?;
    let is_admin = workspace.acts(&Act::UserKeep);
    let file = |what: &str| format!("{}-{what}", workspace.id());
    let users =
        Grid::new(visit, "users", user_columns(), own.users.iter().map(user_row).collect()).prefixed("users_").named(&file("users"));
    let users = users.empty("Nobody signs in for this partner yet.");
    let webhooks = Grid::new(visit, "webhooks", webhook_columns(), own.webhooks.iter().map(|row| webhook_row(visit, row)).collect());
    let webhooks = webhooks.prefixed("webhooks_").named(&file("webhooks")).empty("No address is told of events.");
    let tokens = Grid::new(visit, "tokens", token_columns(), own.tokens.iter().map(token_row).collect()).prefixed("tokens_");
    let tokens = tokens.named(&file("tokens")).empty("You have no token. Programs that use the REST API as you need one.");
    if let Some(file) = users.download().or_else(|| webhooks.download().filter(|_| is_admin)).or_else(|| tokens.download()) {
        return file;
    }
    let active = own.users.iter().filter(|user| user.active).count();
    let place = workspace.at("settings");
    let is_operator = workspace.actor.organisation == Some(Organisation::Operator);
    html(&SettingsPage {
        frame: workspace.frame(visit, "Settings", Here::Settings),
        partner: workspace.name(),
        heading: if active == 1 { "1 user acts for you".to_owned() } else { format!("{} act for you", show::count(active, "user")) },
        told: told(visit),
        secret: came.secret.clone(),
        note: (!is_admin).then_some("An account admin of the partner keeps users and webhooks."),
        users: users.part(),
        user_forms: if is_admin { user_forms(&workspace, &own, &place, came) } else { Vec::new() },
        webhooks: (is_admin || is_operator).then(|| webhooks.part()),
        webhook_forms: if is_admin { webhook_forms(&own, &place, came) } else { Vec::new() },
        tokens: tokens.part(),
        token_forms: token_forms(&own, &place, came),
    })
}

fn told(visit: &Visit) -> Option<&'static str> {
    Some(match visit.value("done")? {
        "user" => "The user is kept.",
        "close" => "The user may act no more.",
        "paused" => "The webhook is paused: events wait.",
        "active" => "The webhook is told again, first of what waited.",
        "removed" => "The webhook is removed.",
        "revoke" => "The token is ended.",
        _ => return None,
    })
}

fn user_forms(workspace: &Workspace, own: &Own, place: &str, came: &Came<'_>) -> Vec<ActForm> {
    let sent = came.sent.filter(|sent| sent.text("act") == "user");
    let value = |name: &str| sent.map(|sent| sent.text(name)).unwrap_or_default().to_owned();
    let roles = ROLES.iter().map(|(role, words)| {
        let is_chosen = sent.is_some_and(|sent| sent.all("role").any(|own| own == role.as_str()));
        (role.to_string(), (*words).to_owned(), is_chosen)
    });
    let mut locations = vec![(String::new(), "all locations".to_owned())];
    locations.extend(workspace.location_choices());
    let fields = vec![
        Field::line("user", "The name that the user signs in with, usually a mail address").value(value("user")).required(),
        Field::line("name", "The user's name, as people write it").value(value("name")),
        Field::any("role", "Roles", roles.collect()),
        Field::one("location", "Acts for", locations).value(value("location")),
        Field::line("person", "The certified person that the user is (optional)").value(value("person")),
    ];
    let words = (
        "Add a user, or give one other roles",
        "A user who is there already gets what is chosen here instead of what they had.",
        "Keep the user",
    );
    let mut forms = vec![ActForm::of(place, "user", words, fields, came.refused)];
    let active =
        own.users.iter().filter(|user| user.active).map(|user| (user.user_id.to_string(), format!("{} ({})", user.name, user.user_id)));
    let active: Vec<(String, String)> = active.collect();
    if !active.is_empty() {
        let fields = vec![Field::one("user", "Who", active), Field::line("reason", "Why (optional)")];
        let words = ("Let a user act no more", "It holds at once; what the user did stays.", "Close the user");
        forms.push(ActForm::of(place, "close", words, fields, came.refused));
    }
    forms
}

fn webhook_forms(own: &Own, place: &str, came: &Came<'_>) -> Vec<ActForm> {
    let sent = came.sent.filter(|sent| sent.text("act") == "webhook");
    let value = |name: &str| sent.map(|sent| sent.text(name)).unwrap_or_default().to_owned();
    let fields = vec![
        Field::line("url", "The address, beginning with https://").value(value("url")).required(),
        Field::line("kinds", "Kinds of events (optional)")
            .value(value("kinds"))
            .hint("With commas between, such as claim-approved, claim-rejected; none: all that you may see."),
    ];
    let words = ("Add an address", "Events are sent to it, signed with a secret that is shown once.", "Add the webhook");
    let mut forms = vec![ActForm::of(place, "webhook", words, fields, came.refused)];
    let of = |state: Option<&str>| -> Vec<(String, String)> {
        let rows = own.webhooks.iter().filter(|row| state.is_none_or(|state| row.state == state));
        rows.map(|row| (row.webhook_id.clone(), row.url.clone())).collect()
    };
    let mut turn = |act: &'static str, words: (&'static str, &'static str, &'static str), rows: Vec<(String, String)>| {
        if !rows.is_empty() {
            forms.push(ActForm::of(place, act, words, vec![Field::one("webhook", "Which", rows)], came.refused));
        }
    };
    turn("paused", ("Pause a webhook", "Events wait until it is resumed.", "Pause"), of(Some("active")));
    turn("active", ("Resume a webhook", "", "Resume"), of(Some("paused")));
    turn("removed", ("Remove a webhook", "", "Remove"), of(None));
    forms
}

fn token_forms(own: &Own, place: &str, came: &Came<'_>) -> Vec<ActForm> {
    let sent = came.sent.filter(|sent| sent.text("act") == "token");
    let value = |name: &str| sent.map(|sent| sent.text(name)).unwrap_or_default().to_owned();
    let has = |scope: &Scope| sent.is_some_and(|sent| sent.all("scope").any(|own| own == scope.as_str()));
    let scopes = Scope::ALL.iter().map(|scope| (scope.to_string(), show::spoken(scope.as_str()), has(scope))).collect();
    let fields = vec![
        Field::line("purpose", "What it is for").value(value("purpose")).required(),
        Field::day("expires_on", "The first day on which it is not valid any more")
            .value(value("expires_on"))
            .hint("Nothing: 90 days from today."),
        Field::any("scope", "Limit it to", scopes).hint("Nothing ticked: all that you may."),
    ];
    let words =
        ("Make a token", "It acts as you, and never may more than you may at the moment. Its text is shown once.", "Make the token");
    let mut forms = vec![ActForm::of(place, "token", words, fields, came.refused)];
    let active: Vec<(String, String)> = own
        .tokens
        .iter()
        .filter(|row| row.state == "active")
        .map(|row| (row.token_id.clone(), format!("{} ({})", row.purpose, row.token_id)))
        .collect();
    if !active.is_empty() {
        forms.push(ActForm::of(
            place,
            "revoke",
            ("End a token", "It holds at once.", "End the token"),
            vec![Field::one("token", "Which", active)],
            came.refused,
        ));
    }
    forms
}

fn user_columns() -> Vec<Column> {
    vec![
        Column::text("user", "User"),
        Column::text("name", "Name"),
        Column::text("roles", "Roles").choice(),
        Column::text("location", "Acts for").choice(),
        Column::text("person_id", "Person"),
        Column::text("state", "State").choice(),
    ]
}

fn user_row(user: &User) -> Vec<Cell> {
    let roles: Vec<String> = user.roles.iter().map(|role| show::spoken(role.as_str())).collect();
    vec![
        Cell::id(&user.user_id),
        Cell::text(user.name.clone()),
        Cell::lines(&roles),
        user.location.as_ref().map_or_else(|| Cell::text("all locations"), Cell::id),
        user.person_id.as_ref().map_or_else(Cell::none, Cell::id),
        Cell::text(if user.active { "active" } else { "closed" }),
    ]
}

fn webhook_columns() -> Vec<Column> {
    vec![
        Column::text("webhook", "Webhook").unbroken(),
        Column::text("url", "Address"),
        Column::text("kinds", "Kinds of events"),
        Column::text("state", "State").choice(),
        Column::count("position", "Told up to"),
        Column::count("attempts", "In vain"),
        Column::text("last", "Last"),
    ]
}

fn webhook_row(visit: &Visit, webhook: &Webhook) -> Vec<Cell> {
    let post = visit.reading.home().and_then(|home| home.post(&webhook.webhook_id).ok().flatten());
    let count = |count: u64| Cell::count(usize::try_from(count).unwrap_or(usize::MAX), "");
    let kinds: Vec<String> = webhook.kinds.iter().cloned().collect();
    vec![
        Cell::text(webhook.webhook_id.clone()),
        Cell::text(webhook.url.clone()),
        if kinds.is_empty() { Cell::text("all that you may see") } else { Cell::lines(&kinds) },
        Cell::text(webhook.state.clone()),
        post.as_ref().map_or_else(Cell::none, |post| count(post.position)),
        post.as_ref().map_or_else(Cell::none, |post| count(post.attempts)),
        Cell::text(post.map(|post| post.told).unwrap_or_default()),
    ]
}

fn token_columns() -> Vec<Column> {
    vec![
        Column::text("token", "Token").unbroken(),
        Column::text("purpose", "For"),
        Column::text("token_scopes", "May"),
        Column::day("expires_on", "Expires"),
        Column::text("state", "State").choice(),
    ]
}

fn token_row(token: &Token) -> Vec<Cell> {
    vec![
        Cell::text(token.token_id.clone()),
        Cell::text(token.purpose.clone()),
        Cell::text(tokens::told(&token.scopes)),
        Cell::day(Some(token.expires_on)),
        Cell::text(token.state.clone()),
    ]
}
