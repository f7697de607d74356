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

/// The name of the table of credits.
pub const CREDITS: &str = "credits";

/// The tables, in the order of the flow.
pub const NAMES: [&str; 3] = ["associations", CREDITS, "scores"];

/// Columns with what they hold.
type Columns = &'static [(&'static str, Kind)];

const ASSOCIATION_COLUMNS: Columns = &[
    ("kind", Kind::Text),
    ("global_partner_id", Kind::Text),
    ("partner_id", Kind::Text),
    ("tenant_id", Kind::Text),
    ("subscription_id", Kind::Text),
    ("principal_id", Kind::Text),
    ("workload", Kind::Text),
    ("claim_id", Kind::Text),
    ("from", Kind::Day),
    ("to", Kind::Day),
];

const CREDIT_COLUMNS: Columns = &[
    ("month", Kind::Day),
    ("tenant_id", Kind::Text),
    ("subscription_id", Kind::Text),
    ("service", Kind::Text),
    ("areas", Kind::Text),
    ("global_partner_id", Kind::Text),
    ("partner_id", Kind::Text),
    ("attach_type", Kind::Text),
    ("role", Kind::Text),
    ("duplicate_in_account", Kind::Count),
    ("duplicate_in_attach_type", Kind::Count),
    ("duplicate_in_location", Kind::Count),
    ("acr_usd", Kind::Amount),
];

const SCORE_COLUMNS: Columns = &[
    ("global_partner_id", Kind::Text),
    ("partner_name", Kind::Text),
    ("area", Kind::Text),
    ("as_of", Kind::Day),
    ("status", Kind::Text),
    ("track", Kind::Text),
    ("chosen", Kind::Count),
    ("qualified", Kind::Count),
    ("score", Kind::Amount),
    ("metric", Kind::Text),
    ("value", Kind::Amount),
    ("unit", Kind::Text),
    ("points", Kind::Amount),
    ("points_exact", Kind::Text),
    ("points_max", Kind::Count),
];

/// The columns of a table.
pub fn columns(table: &str) -> Columns {
    match table {
        "associations" => ASSOCIATION_COLUMNS,
        CREDITS => CREDIT_COLUMNS,
        _ => SCORE_COLUMNS,
    }
}

impl Tables<'_> {
    /// The rows of a table.
    pub(super) fn derived(&self, table: &str) -> Result<TableRows> {
        match table {
            "associations" => Ok(TableRows::of_cells(ASSOCIATION_COLUMNS, self.associations().into_iter())?),
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
        Ok(TableRows::of_cells(CREDIT_COLUMNS, seen)?)
    }

    fn scores(&self) -> Result<TableRows> {
        let scores = self.program.scores(self.as_of)?;
        let seen = scores.iter().filter(|score| self.sees(&score.global_partner_id));
        Ok(TableRows::of_cells(SCORE_COLUMNS, seen.flat_map(of_score))?)
    }
}

/// One row for each metric of each track.
fn of_score(score: &Score) -> impl Iterator<Item = Vec<Cell<'_>>> {
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
                shown(&metric.value),
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
