//! What the visitor wants by e-mail, and how their messages fared.

use askama::Template;
use axum::response::Response;
use domain::parties::User;
use store::mail::{Mail, MailSetting};

use crate::clock;
use crate::mail::{address, waiting_mail};
use crate::pages::acting::{Sent, see};
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::problem::Problem;
use crate::pages::show::{capital, instant};
use crate::pages::visit::{Visit, html};

/// Where this page is.
pub const PATH: &str = "/settings/mail";

/// How many messages are listed.
const LISTED_MAX: u32 = 50;

#[derive(Template)]
#[template(path = "pages/mail.html")]
struct MailPage {
    frame: Frame,
    address: String,
    digest: bool,
    problem: Option<String>,
    told: Option<&'static str>,
    state: String,
    sends: bool,
    messages: GridPart,
}

/// Shows the settings.
///
/// # Errors
///
/// A visitor who is no user, or a home that cannot be read.
pub fn ask(visit: &Visit) -> Result<Response, Problem> {
    let user = user(visit)?;
    let setting = visit.home()?.mail_setting(&user).map_err(|error| Problem::unread(&error))?;
    show(visit, &user, &setting, None)
}

/// Takes the settings; an address that is none is shown again with what is wrong.
///
/// # Errors
///
/// A visitor who is no user, or a home that cannot be written.
pub fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let user = user(visit)?;
    let digest = sent.given("digest").is_some();
    let typed = sent.text("address").to_owned();
    let kept = if typed.is_empty() { Ok(String::new()) } else { address(&typed) };
    let problem = match &kept {
        Err(error) => Some(format!("{}.", capital(&error.to_string()))),
        Ok(kept) if kept.is_empty() && digest => Some("Give the address that the digest goes to, or take the tick away.".to_owned()),
        Ok(_) => None,
    };
    if let (Ok(address), None) = (kept, &problem) {
        let home = visit.home()?;
        home.record_mail_setting(&user, &MailSetting { address, digest }).map_err(|error| Problem::unread(&error))?;
        return Ok(see("/settings/mail?done=saved"));
    }
    show(visit, &user, &MailSetting { address: typed, digest }, problem)
}

/// Puts a message into the outbox that shows whether the address works.
///
/// # Errors
///
/// A visitor who is no user or gave no address, or a home that cannot be written.
pub fn test(visit: &Visit, _: &Sent) -> Result<Response, Problem> {
    let user = user(visit)?;
    let home = visit.home()?;
    let setting = home.mail_setting(&user).map_err(|error| Problem::unread(&error))?;
    if setting.address.is_empty() {
        return show(visit, &user, &setting, Some("Save an address first.".to_owned()));
    }
    let now = clock::now();
    let (subject, body) = ("This address works", "You asked for this message to see whether mail reaches you. It does.\n");
    // one a minute is enough to see whether it works
    let id = format!("test/{user}/{}", now.as_second() / 60);
    let mail = waiting_mail(id, &user, &setting.address, subject.to_owned(), body.to_owned(), now);
    home.put_mail(&mail).map_err(|error| Problem::unread(&error))?;
    Ok(see("/settings/mail?done=test"))
}

/// The user who visits.
fn user(visit: &Visit) -> Result<String, Problem> {
    let actor = visit.actor()?;
    let found = visit.home()?.find::<User>(actor.user.as_str()).map_err(|error| Problem::unread(&error))?;
    found.map(|user| user.user_id.to_string()).ok_or_else(Problem::without_user)
}

fn show(visit: &Visit, user: &str, setting: &MailSetting, problem: Option<String>) -> Result<Response, Problem> {
    let mail = visit.home()?.mail(Some(user), LISTED_MAX).map_err(|error| Problem::unread(&error))?;
    let columns = vec![
        Column::text("written_at", "Written").unbroken(),
        Column::text("subject", "Subject"),
        Column::text("address", "To"),
        Column::text("state", "State").choice(),
        Column::count("attempts", "Tries"),
        Column::text("told", "What the server said"),
    ];
    let grid = Grid::new(visit, "messages", columns, mail.iter().map(row).collect()).sorted("-written_at").named("messages");
    let grid = grid.empty("No message was written to you yet.");
    if let Some(file) = grid.download() {
        return file;
    }
    let told = match visit.value("done") {
        Some("saved") => Some("Saved."),
        Some("test") => Some("A message is on its way; load this page again in a moment to see how it fared."),
        _ => None,
    };
    html(&MailPage {
        frame: visit.frame("E-mail"),
        address: setting.address.clone(),
        digest: setting.digest,
        problem,
        told,
        state: state(&mail),
        sends: visit.reading.sends_mail(),
        messages: grid.part(),
    })
}

fn row(mail: &Mail) -> Vec<Cell> {
    let at = mail.written_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    vec![
        Cell::shown(instant(&at), Value::Text(at)),
        Cell::text(mail.subject.clone()),
        Cell::text(mail.address.clone()),
        Cell::text(mail.state.clone()),
        Cell::count(usize::try_from(mail.attempts).unwrap_or(usize::MAX), "tries"),
        Cell::text(mail.told.clone()),
    ]
}

/// Whether mail reaches the address, as far as the latest message tells.
fn state(mail: &[Mail]) -> String {
    let at = |mail: &Mail| instant(&mail.next_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    match mail.iter().find(|mail| mail.attempts > 0) {
        None => "Nothing was sent to you yet.".to_owned(),
        Some(last) if last.state == "sent" => format!("The mail server took the last message {}.", at(last)),
        Some(last) if last.state == "failed" => format!("The last message did not reach {}: {}.", last.address, last.told),
        Some(last) => format!("The last message waits and is tried again {}: {}.", at(last), last.told),
    }
}
