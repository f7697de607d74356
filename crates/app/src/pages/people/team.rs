//! What a partner does about its people: who would be missed, invitations, and leavers.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::facts::Partner;
use domain::fraction::Fraction;
use domain::names::Name;
use domain::parties;
use domain::profiles::invitations::{OnRoster, Standing, invite, on_roster, withdraw};
use domain::profiles::{keep, report_leaver};
use domain::rights::{Act, On, allows};
use domain::roster::{Roster, Step};

use crate::pages::acting::{Sent, see};
use crate::pages::fields::{ActForm, Field, Refused};
use crate::pages::grid::{Cell, Column, Grid};
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::pages::{paths, show};

/// Who is on the roster by the register, and what may be done about them.
pub struct Team {
    rows: Vec<OnRoster>,
    locations: Vec<Partner>,
    may_invite: bool,
    may_report: bool,
}

impl Team {
    /// The team of a partner; nothing without registers, or for those who may not see persons.
    pub fn of(visit: &Visit, account: &Name) -> Result<Option<Self>, Problem> {
        if visit.reading.home().is_none() {
            return Ok(None);
        }
        let actor = visit.actor()?;
        let read = visit.tried(|desk| Ok((on_roster(desk, account)?, parties::locations_of(desk, account)?)))?;
        let Ok((rows, locations)) = read else { return Ok(None) };
        let may = |act| allows(&actor, act, &On::account(account).within(actor.location.as_ref()));
        Ok(Some(Self { rows, locations, may_invite: may(Act::PeopleInvite), may_report: may(Act::LeaverReport) }))
    }

    /// Everybody who is invited, linked, cooling off or gone.
    pub fn grid<'v>(&self, visit: &'v Visit, name: &str) -> Grid<'v> {
        let columns = vec![
            Column::text("person", "Person"),
            Column::text("person_id", "Person ID").file_only(),
            Column::text("partner_id", "Location").choice(),
            Column::text("standing", "Stands").choice(),
            Column::day("since", "Since"),
            Column::day("until", "Until"),
        ];
        let row = |row: &OnRoster| {
            vec![
                Cell::text(called(row)),
                Cell::id(&row.person_id),
                Cell::id(&row.partner_id),
                Cell::text(row.standing.as_str().replace('-', " ")),
                Cell::day(Some(row.since)),
                Cell::day(row.until),
            ]
        };
        let grid = Grid::new(visit, "people", columns, self.rows.iter().map(row).collect()).prefixed("links_").named(name);
        grid.empty("Nobody is invited or linked. Invite somebody below; only the person links.")
    }

    /// The forms, those that have somebody to be about.
    pub fn forms(&self, place: &str, sent: Option<&Sent>, refused: Option<&Refused<'_>>) -> Vec<ActForm> {
        let form = |act, words, fields| ActForm::of(place, act, words, fields, refused);
        let of = |standing: Standing| -> Vec<(String, String)> {
            let rows = self.rows.iter().filter(|row| row.standing == standing);
            rows.map(|row| (format!("{}@{}", row.person_id, row.partner_id), format!("{} ({})", called(row), row.partner_id))).collect()
        };
        let mut forms = Vec::new();
        if self.may_invite {
            let locations = self.locations.iter().map(|row| (row.partner_id.to_string(), format!("{} ({})", row.name, row.partner_id)));
            let person = Field::line("person", "The person's ID, as their learning profile has it").required();
            let person = person.value(sent.map(|sent| sent.text("person")).unwrap_or_default());
            let words = ("Invite somebody", "The person is asked to link their learning profile to you, and does it alone.", "Invite");
            forms.push(form("invite", words, vec![person, Field::one("location", "Your location", locations)]));
        }
        let invited: Vec<(String, String)> = of(Standing::Invited);
        if self.may_invite && !invited.is_empty() {
            forms.push(form("withdraw", ("Take an invitation back", "", "Take it back"), vec![Field::one("who", "Whose", invited)]));
        }
        let why = || Field::line("reason", "Why (optional)");
        let linked = of(Standing::Linked);
        if self.may_report && !linked.is_empty() {
            let words = ("Report a leaver", "The person counts until the day that the rules give, and not on that day any more.", "Report");
            forms.push(form("leaver", words, vec![Field::one("who", "Who has left", linked), why()]));
        }
        let leaving = of(Standing::Leaving);
        if self.may_report && !leaving.is_empty() {
            let fields = vec![Field::one("who", "Who stays", leaving), why()];
            forms.push(form("keep", ("Take the report of a leaver back", "", "Take it back"), fields));
        }
        forms
    }
}

fn called(row: &OnRoster) -> String {
    row.name.clone().unwrap_or_else(|| row.person_id.to_string())
}

/// What an act came to.
pub fn told(visit: &Visit) -> Option<&'static str> {
    Some(match visit.value("done")? {
        "invite" => "The invitation is written. The person links at their own profile page.",
        "withdraw" => "The invitation is taken back.",
        "leaver" => "The leaver is reported; until when the person counts is told below.",
        "keep" => "The report is taken back: the person stays.",
        _ => return None,
    })
}

/// Does what a form of the people page asks.
pub fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let account = Name::new(visit.param("partner"));
    let act = sent.text("act");
    let (person, at) = sent.text("who").rsplit_once('@').unwrap_or((sent.text("person"), sent.text("location")));
    let (person, at, reason) = (Name::new(person), Name::new(at), sent.given("reason"));
    let done = visit.tried(|desk| match act {
        "invite" => invite(desk, &at, &person).map(|_| ()),
        "withdraw" => withdraw(desk, &at, &person).map(|_| ()),
        "leaver" => report_leaver(desk, &person, reason).map(|_| ()),
        _ => keep(desk, &person, reason).map(|_| ()),
    })?;
    match done {
        Ok(()) => Ok(see(&paths::with_query(&paths::people(&account, None), &[("done", Some(act.to_owned()))]))),
        Err(refusal) => {
            let page = super::page_with(visit, Some(sent), Some(&Refused { act, text: "", refusal: &refusal }))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Who would be missed: people without whom a step would not be met, those with the most such steps first.
pub fn missed<'v>(visit: &'v Visit, roster: &Roster, name: &str) -> Grid<'v> {
    let mut missed: BTreeMap<&Name, Vec<String>> = BTreeMap::new();
    let is_tight = |step: &&Step| step.needed.is_some_and(|needed| step.value == Fraction::whole(needed));
    for step in roster.steps.iter().filter(is_tight) {
        for (person, ..) in step.people.iter().filter(|(.., reason)| reason.is_none()) {
            let told = format!("{}, {}: {}", visit.area_title(&step.area), step.metric.shown().to_lowercase(), step.label);
            let steps = missed.entry(person).or_default();
            if !steps.contains(&told) {
                steps.push(told);
            }
        }
    }
    let mut people: Vec<(&Name, Vec<String>)> = missed.into_iter().collect();
    people.sort_by_key(|(_, steps)| std::cmp::Reverse(steps.len()));
    let columns = vec![
        Column::text("name", "Person"),
        Column::text("person_id", "Person ID").file_only(),
        Column::count("count", "Steps"),
        Column::text("steps", "Steps that are not met without this person"),
    ];
    let row = |(person, steps): &(&Name, Vec<String>)| {
        vec![Cell::text(super::name_of(roster, person)), Cell::id(person), Cell::count(steps.len(), "steps"), Cell::lines(steps)]
    };
    let grid = Grid::new(visit, "people", columns, people.iter().map(row).collect()).prefixed("missed_").named(name);
    grid.empty("Every step that is met has somebody to spare, or none is met.")
}

/// How many people would have to leave before a step falls.
pub fn bus_factor(roster: &Roster) -> String {
    let spare = |step: &Step| {
        let needed = Fraction::whole(step.needed?);
        (step.value >= needed).then(|| step.value.clone() - needed + Fraction::whole(1))
    };
    match roster.steps.iter().filter_map(spare).min() {
        Some(least) => format!("Bus factor {}: when so many people leave, a step that is met may fall.", show::number(&least, "people")),
        None => "No step is met yet, so nobody can be missed.".to_owned(),
    }
}
