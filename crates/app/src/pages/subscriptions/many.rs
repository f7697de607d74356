//! Naming one partner for every subscription that a filter picks: first what would happen, then what has.

use askama::Template;
use axum::response::Response;
use domain::names::Name;
use domain::of_record::{Designated, Filter, save_all, validate};
use domain::record::desk::{Acted, Desk};
use domain::record::refusal::Refusal;

use crate::pages::acting::Sent;
use crate::pages::ask::{Ask, Question, done_or_again};
use crate::pages::fields::Field;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::show;
use crate::pages::visit::{Visit, html};

const BACK: &str = "/customer/subscriptions";

#[derive(Template)]
#[template(path = "pages/designate.html")]
struct DesignatePage {
    frame: Frame,
    heading: String,
    said: String,
    grid: GridPart,
    ask: Option<Ask>,
}

/// What is asked for: whom, and for which subscriptions.
struct Asked {
    partner: Name,
    filter: Filter,
}

impl Asked {
    fn of<'v>(value: impl Fn(&str) -> Option<&'v str>) -> Self {
        let name = |key: &str| value(key).map(Name::new);
        let filter = Filter { product: name("product"), status: name("status"), without: value("without").is_some() };
        Self { partner: Name::new(value("partner").unwrap_or_default()), filter }
    }

    fn fields(&self) -> Vec<Field> {
        let text = |name: &Option<Name>| name.as_ref().map_or_else(String::new, Name::to_string);
        vec![
            Field::hidden("partner", self.partner.as_str()),
            Field::hidden("product", &text(&self.filter.product)),
            Field::hidden("status", &text(&self.filter.status)),
            Field::hidden("without", if self.filter.without { "yes" } else { "" }),
        ]
    }
}

/// Shows what would happen; nothing is changed.
///
/// # Errors
///
/// A visitor who acts for no customer.
pub fn ask(visit: &Visit) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let asked = Asked::of(|key| visit.value(key));
    let mut tried = None;
    // the act is done at the desk and refused at the end, so that nothing of it is recorded
    let stopped = visit.act("Nothing can be saved so", |desk| {
        tried = Some(save(desk, &tenant, &asked)?);
        Err::<(), _>(Refusal::conflict("tried-out", "this was tried out only", "save it").into())
    });
    let Some((name, results)) = tried else {
        let blank = done_or_again(visit, &Sent::none(), stopped, |()| BACK.to_owned(), || question(&asked));
        return blank;
    };
    let changed = results.iter().filter(|row| row.saved.is_some_and(|saved| saved != domain::of_record::Saved::Unchanged)).count();
    let page = DesignatePage {
        frame: visit.frame("Name a partner for many subscriptions"),
        heading: format!("Name {name} for {}?", show::count(changed, "subscription")),
        said: "Nothing is changed yet. This is what saving would do, subscription by subscription.".to_owned(),
        grid: grid(visit, &results).part(),
        ask: (changed > 0).then(|| Ask::new("/customer/designate", &format!("Save {name}"), asked.fields()).or_back(BACK)),
    };
    html(&page)
}

fn save(desk: &mut Desk<'_>, tenant: &Name, asked: &Asked) -> Acted<(String, Vec<Designated>)> {
    let partner = validate(desk, &asked.partner)?;
    Ok((partner.name, save_all(desk, tenant, &asked.filter, &asked.partner)?))
}

fn question(asked: &Asked) -> Result<Question, Problem> {
    let partner = Field::line("partner", "Partner ID").required().value(asked.partner.as_str());
    let fields = std::iter::once(partner).chain(asked.fields().into_iter().skip(1)).collect();
    Ok(Question {
        heading: "Name a partner for many subscriptions".to_owned(),
        crumbs: vec![("Subscriptions".to_owned(), BACK.to_owned())],
        said: Vec::new(),
        facts: Vec::new(),
        ask: Ask::new("/customer/designate", "Save", fields).or_back(BACK),
    })
}

/// Saves, and tells what became of each subscription.
///
/// # Errors
///
/// A visitor who acts for no customer.
pub fn saved(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let asked = Asked::of(|key| sent.given(key));
    let (name, results) = match visit.act("Nothing is saved", |desk| save(desk, &tenant, &asked)) {
        Ok(done) => done,
        refused => return done_or_again(visit, sent, refused, |_| BACK.to_owned(), || question(&asked)),
    };
    let done = results.iter().filter(|row| row.saved.is_some()).count();
    html(&DesignatePage {
        frame: visit.frame("Named for many subscriptions"),
        heading: format!("{name} is partner of record of {}", show::count(done, "subscription")),
        said: match results.len() - done {
            0 => "Every subscription that was picked is saved.".to_owned(),
            1 => "1 was refused; its line says why.".to_owned(),
            some => format!("{some} were refused; their lines say why."),
        },
        grid: grid(visit, &results).part(),
        ask: None,
    })
}

fn grid<'v>(visit: &'v Visit, results: &[Designated]) -> Grid<'v> {
    let columns = vec![
        Column::text("subscription_id", "Subscription"),
        Column::text("product", "Product").choice(),
        Column::text("result", "Result").choice(),
        Column::text("why", "Why not"),
        Column::text("cure", "What to do"),
    ];
    let said = |text: &Option<String>| text.as_ref().map_or_else(Cell::none, |text| Cell::said(text));
    let row = |row: &Designated| {
        vec![
            Cell::id(&row.subscription_id).link(paths::customer_subscription(&row.subscription_id)),
            row.product.as_ref().map_or_else(Cell::none, |product| Cell::text(product.as_str())),
            Cell::text(row.saved.map_or_else(|| "refused".to_owned(), |saved| saved.to_string())),
            said(&row.message),
            said(&row.cure),
        ]
    };
    Grid::new(visit, "results", columns, results.iter().map(row).collect())
}
