//! What waits for the visitor: required with due days, recommended, and notices; and what they want by e-mail.

/// What the visitor wants by e-mail.
mod mail;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::actions::{self, Action, ActionKind};
use domain::names::Name;
use domain::notices::{self, Notice};
use domain::record::actor::Organisation;

use crate::pages::acting::{Sent, form, see};
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::show::{capital, instant};
use crate::pages::visit::{Visit, html, page};
use crate::pages::{paths, show};

/// Where this page is.
pub const PATH: &str = "/actions";

#[derive(Template)]
#[template(path = "pages/actions.html")]
struct ActionsPage {
    frame: Frame,
    heading: String,
    told: Option<&'static str>,
    actions: GridPart,
    notices: Option<GridPart>,
    unread: usize,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route(PATH, page(list))
        .route("/actions/read", form(read))
        .route(mail::PATH, page(mail::ask).merge(form(mail::take)))
        .route("/settings/mail/test", form(mail::test))
}

/// The page where an action is done.
pub fn link(action: &Action, organisation: &Organisation) -> String {
    let about = paths::encoded(&action.about);
    let of_partner = |place: &str| match organisation {
        Organisation::Partner(account) => format!("/partners/{}/{place}", paths::encoded(account.as_str())),
        _ => PATH.to_owned(),
    };
    match action.kind {
        ActionKind::AnswerClaim | ActionKind::ProveHolding | ActionKind::DisputeRejection | ActionKind::FinishDraft => {
            of_partner(&format!("claims/{about}"))
        }
        ActionKind::AskForRecord => of_partner("record"),
        ActionKind::GoOnEnrolling => of_partner("resale"),
        ActionKind::Consent => format!("/customer/requests/{about}"),
        ActionKind::NamePartner => "/customer".to_owned(),
        ActionKind::StartReview | ActionKind::Vote => format!("/operator/claims/{about}"),
        ActionKind::Arbitrate => format!("/operator/arbitration/{about}"),
        ActionKind::DecideEnrolment => "/operator/registers/enrolments".to_owned(),
        ActionKind::PublishRulebook => paths::operator_rulebook(&action.about),
        ActionKind::LinkProfile => "/me/profile".to_owned(),
    }
}

/// Shows what waits.
///
/// # Errors
///
/// A dataset folder, or registers that cannot be read.
fn list(visit: &Visit) -> Result<Response, Problem> {
    let actor = visit.actor()?;
    let (waiting, told) = visit.read(|desk| Ok((actions::own(desk)?, notices::own(desk, false)?)))?;
    let today = visit.reading.today();
    let columns = vec![
        Column::text("need", "Need").choice(),
        Column::text("until", "Until").unbroken(),
        Column::text("what", "What"),
        Column::text("otherwise", "If nobody does it"),
        Column::text("kind", "Kind").choice().file_only(),
    ];
    let row = |action: &Action| {
        let own = actor.organisation.as_ref();
        let what = Cell::text(capital(&action.what));
        let until = action.due_on.map_or_else(
            || Cell::new(Value::None),
            |day| {
                let late = if day < today { ", late" } else { "" };
                Cell::shown(format!("{day}{late}"), Value::Text(day.to_string()))
            },
        );
        vec![
            Cell::text(if action.required { "required" } else { "recommended" }),
            until,
            match own {
                Some(own) => what.link(link(action, own)),
                None => what,
            },
            Cell::text(action.otherwise.as_deref().map(capital).unwrap_or_default()),
            Cell::text(action.kind.as_str()),
        ]
    };
    let grid = Grid::new(visit, "actions", columns, waiting.iter().map(row).collect()).empty("Nothing waits for you.");
    let notices = notice_grid(visit, &told);
    if let Some(file) = grid.download().or_else(|| notices.download()) {
        return file;
    }
    let required = waiting.iter().filter(|action| action.required).count();
    let heading = match (required, waiting.len()) {
        (0, 0) => "Nothing waits for you".to_owned(),
        (0, some) => format!("Nothing is required of you; {some} recommended"),
        (some, all) => format!("{} required of you, {} recommended", show::counted(some, "things"), all - some),
    };
    html(&ActionsPage {
        frame: visit.frame("What waits for you"),
        heading,
        told: visit.value("done").map(|_| "The notices are marked as read, for everybody in your organisation."),
        actions: grid.part(),
        unread: told.iter().filter(|notice| notice.state == notices::NoticeState::Unread).count(),
        notices: (!told.is_empty()).then(|| notices.part()),
    })
}

fn notice_grid<'v>(visit: &'v Visit, told: &[Notice]) -> Grid<'v> {
    let columns = vec![
        Column::text("written_at", "Written").unbroken(),
        Column::text("state", "State").choice(),
        Column::text("text", "What"),
        Column::text("kind", "Kind").choice().file_only(),
        Column::text("notice_id", "Notice").file_only(),
    ];
    let row = |notice: &Notice| {
        let at = notice.created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        vec![
            Cell::shown(instant(&at), Value::Text(at)),
            Cell::text(notice.state.as_str()),
            Cell::text(notice.text.clone()),
            Cell::text(notice.kind.clone()),
            Cell::text(notice.notice_id.to_string()),
        ]
    };
    Grid::new(visit, "notices", columns, told.iter().map(row).collect()).prefixed("notices_").sorted("-written_at").named("notices")
}

/// Marks every notice to the visitor's organisation as read.
///
/// # Errors
///
/// A dataset folder, or registers that cannot be written.
fn read(visit: &Visit, _: &Sent) -> Result<Response, Problem> {
    visit.act("The notices stay unread", |desk| {
        let unread: Vec<Name> = notices::own(desk, true)?.into_iter().map(|notice| notice.notice_id).collect();
        unread.iter().try_for_each(|notice| notices::read(desk, notice).map(|_| ()))
    })?;
    Ok(see("/actions?done=read"))
}
