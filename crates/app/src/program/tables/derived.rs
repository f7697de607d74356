//! Associations, credits and scores as tables.

use anyhow::Result;
use domain::amount::Amount;
use domain::designations::Score;
use domain::fraction::Fraction;
use domain::partners::Partners;
use domain::time::Day;
use engine::sheet::{Cell, Kind};
use engine::sql::TableRows;

use super::Tables;

/// A table that is worked out when a query names it.
pub struct Derived {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub meaning: &'static str,
    /// Its columns.
    pub columns: &'static [DerivedColumn],
}

/// A column of a table that is worked out.
pub struct DerivedColumn {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub meaning: &'static str,
}

/// The name of the table of associations.
pub const ASSOCIATIONS: &str = "associations";

/// The name of the table of credits.
pub const CREDITS: &str = "credits";

/// The name of the table of scores.
pub const SCORES: &str = "scores";

/// The tables, in the order of the flow.
pub const TABLES: [Derived; 3] = [
    Derived {
        name: ASSOCIATIONS,
        meaning: "One row for each fact that ties a partner to a customer, whether or not it is worth anything.",
        columns: ASSOCIATION_COLUMNS,
    },
    Derived {
        name: CREDITS,
        meaning: "Lines of credited Azure consumption. What several ties credit is there several times: `duplicate_in_account = 0` counts it once for each account.",
        columns: CREDIT_COLUMNS,
    },
    Derived {
        name: SCORES,
        meaning: "One row for each metric of each track of each partner in each area. `chosen = 1` is the track that counts.",
        columns: SCORE_COLUMNS,
    },
];

const ASSOCIATION_COLUMNS: &[DerivedColumn] = &[
    column("kind", Kind::Text, "The kind of association: `pal` (admin link), `dpor` (partner of record), `csp` (resale), `cpor` (claim)."),
    column("global_partner_id", Kind::Text, "The global account that the location rolls up to; blank when the location is not known."),
    column("partner_id", Kind::Text, "The partner location that the association names."),
    column("tenant_id", Kind::Text, "The customer's tenant; blank where only the subscription is told."),
    column("subscription_id", Kind::Text, "The subscription that it is on; blank when it is on a whole tenant."),
    column("principal_id", Kind::Text, "The identity that is linked, of admin links."),
    column("workload", Kind::Text, "The workload or product, where it is for one."),
    column("claim_id", Kind::Text, "The claim, of claims."),
    column("from", Kind::Day, "The first day on which it holds; blank while it does not."),
    column("to", Kind::Day, "The first day on which it does not hold any more; blank while no end is known."),
];

const CREDIT_COLUMNS: &[DerivedColumn] = &[
    column("month", Kind::Day, "The first day of the month of the usage."),
    column("tenant_id", Kind::Text, "The customer's tenant."),
    column("subscription_id", Kind::Text, "The subscription."),
    column("service", Kind::Text, "The service (Service Level 2), as spelled."),
    column("areas", Kind::Text, "The solution areas that the line counts for, joined by `;`."),
    column("global_partner_id", Kind::Text, "The global account that is credited."),
    column("partner_id", Kind::Text, "The location that is credited."),
    column("attach_type", Kind::Text, "The kind of association that gives the credit."),
    column("role", Kind::Text, "The best role that the location holds on the rows, for admin links; blank for the others."),
    column(
        "duplicate_in_account",
        Kind::Count,
        "1 where the same usage is credited to the account by another line already: add up lines with 0.",
    ),
    column("duplicate_in_attach_type", Kind::Count, "1 where it is, by another line of the same kind of association."),
    column("duplicate_in_location", Kind::Count, "1 where it is, by another line of the same location."),
    column("acr_usd", Kind::Amount, "Azure consumed revenue, US dollars, exact."),
];

const SCORE_COLUMNS: &[DerivedColumn] = &[
    column("global_partner_id", Kind::Text, "The global account."),
    column("partner_name", Kind::Text, "Its name, a label."),
    column("area", Kind::Text, "The solution area."),
    column("as_of", Kind::Day, "The day of the question."),
    column("status", Kind::Text, "How the account stands in the area: `in-progress`, `qualified`, `enrolled`, `renewal-due`."),
    column("track", Kind::Text, "The track; blank where the area has one only."),
    column("chosen", Kind::Count, "1 for the track that counts."),
    column("qualified", Kind::Count, "1 where the track qualifies on the day."),
    column("score", Kind::Amount, "The points of the track, two decimals."),
    column("metric", Kind::Text, "The metric."),
    column("value", Kind::Amount, "The metric's value, two decimals; blank where it is dollars and these are hidden from you."),
    column("unit", Kind::Text, "The unit of the value."),
    column("points", Kind::Amount, "The points of the metric, two decimals."),
    column("points_exact", Kind::Text, "The same as an exact fraction."),
    column("points_max", Kind::Count, "The most points that the metric can give."),
];

const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> DerivedColumn {
    DerivedColumn { name, kind, meaning }
}

/// Rows under columns.
fn rows<'c>(columns: &[DerivedColumn], rows: impl Iterator<Item = Vec<Cell<'c>>>) -> Result<TableRows> {
    let columns: Vec<(&str, Kind)> = columns.iter().map(|column| (column.name, column.kind)).collect();
    Ok(TableRows::of_cells(&columns, rows).map_err(super::refusal)?)
}

impl Tables<'_> {
    /// The rows of a table.
    pub(super) fn derived(&self, table: &str) -> Result<TableRows> {
        match table {
            ASSOCIATIONS => rows(ASSOCIATION_COLUMNS, self.associations().into_iter()),
            CREDITS => self.credits(),
            _ => self.scores(),
        }
    }

    /// One row for each fact that ties a partner to a customer, whether or not it is worth anything.
    fn associations(&self) -> Vec<Vec<Cell<'_>>> {
        let partners = Partners::new(&self.program.dataset().program.partners);
        let account =
            |id| partners.location(id).map_or("", |location| partners.account_id(partners.account_of(location)).as_str()).to_owned();
        let day = |day: Option<Day>| day.map_or_else(|| Cell::text(""), Cell::Day);
        let row = |kind: &'static str, partner_id, rest: [Option<&domain::names::Name>; 5], from, to| {
            let mut cells = vec![Cell::text(kind), Cell::text(account(partner_id)), Cell::text(partner_id.to_string())];
            cells.extend(rest.map(|name| name.map_or_else(|| Cell::text(""), |name| Cell::text(name.to_string()))));
            cells.extend([day(from), day(to)]);
            cells
        };
        let facts = &self.facts;
        let linked = facts.pal_links.iter().map(|link| {
            let rest = [Some(&link.tenant_id), None, Some(&link.principal_id), None, None];
            row("pal", &link.partner_id, rest, Some(link.linked_on), link.unlinked_on)
        });
        let recorded = facts.partner_of_record.iter().map(|record| {
            let rest = [record.tenant_id.as_ref(), record.subscription_id.as_ref(), None, record.product.as_ref(), None];
            row("dpor", &record.partner_id, rest, Some(record.from), record.to)
        });
        let sold = facts
            .csp
            .iter()
            .map(|sale| row("csp", &sale.partner_id, [None, Some(&sale.subscription_id), None, None, None], Some(sale.from), sale.to));
        let claimed = facts.claims.iter().map(|claim| {
            let rest = [Some(&claim.tenant_id), claim.subscription_id.as_ref(), None, claim.workload.as_ref(), Some(&claim.claim_id)];
            let held = claim.held();
            row("cpor", &claim.partner_id, rest, held.map(|held| held.from), claim.ended_on.filter(|_| held.is_some()))
        });
        linked.chain(recorded).chain(sold).chain(claimed).collect()
    }

    fn credits(&self) -> Result<TableRows> {
        let lines = self.program.credited(self.as_of.closed_month())?;
        let flag = |is_duplicate: bool| Cell::Count(i64::from(is_duplicate));
        let seen = lines.iter().filter(|(line, _)| self.sees(&line.account)).map(|(line, acr)| {
            vec![
                Cell::Day(line.month.first_day()),
                Cell::text(line.tenant.as_str()),
                Cell::text(line.subscription.as_str()),
                Cell::text(&line.service),
                Cell::text(&line.areas),
                Cell::text(line.account.as_str()),
                Cell::text(line.partner.as_str()),
                Cell::text(line.attach.shown()),
                Cell::text(&line.role),
                flag(line.duplicate_in_account),
                flag(line.duplicate_in_attach),
                flag(line.duplicate_in_location),
                Cell::Amount(*acr),
            ]
        });
        rows(CREDIT_COLUMNS, seen)
    }

    fn scores(&self) -> Result<TableRows> {
        let scores = self.program.scores(self.as_of)?;
        let seen = scores.iter().filter(|score| self.sees(&score.global_partner_id));
        let hides_money = self.seen.hides(CREDITS, "acr_usd") || !self.seen.sees(CREDITS);
        rows(SCORE_COLUMNS, seen.flat_map(|score| of_score(score, hides_money)))
    }
}

/// One row for each metric of each track; a value in dollars is blank where these are hidden.
fn of_score(score: &Score, hides_money: bool) -> impl Iterator<Item = Vec<Cell<'_>>> {
    score.tracks.iter().flat_map(move |track| {
        track.metrics.iter().map(move |metric| {
            vec![
                Cell::text(score.global_partner_id.as_str()),
                Cell::text(&score.partner_name),
                Cell::text(score.area.as_str()),
                Cell::Day(score.as_of),
                Cell::text(score.status.as_str()),
                Cell::text(track.track.as_ref().map_or("", |track| track.as_str())),
                Cell::Count(i64::from(track.chosen)),
                Cell::Count(i64::from(track.qualified)),
                shown(&track.score),
                Cell::text(metric.metric.as_str()),
                if hides_money && metric.unit == "dollars" { Cell::text("") } else { shown(&metric.value) },
                Cell::text(metric.unit),
                shown(&metric.points),
                Cell::text(metric.points.exact()),
                Cell::Count(metric.max),
            ]
        })
    })
}

/// A fraction with two decimals, as scores are shown; the exact one stands beside it.
fn shown(fraction: &Fraction) -> Cell<'static> {
    fraction.shown().parse::<Amount>().map_or_else(|_| Cell::text(""), Cell::Amount)
}
