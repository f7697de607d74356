//! `partner-center-bizapps-revenue`: the Business Applications revenue download of Partner Center, in constant dollars.

use domain::amount::Amount;
use domain::facts::Revenue;
use domain::rulebook::imports::Properties;

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::repeats::Repeats;
use super::workloads::Workloads;
use crate::suggestions::{self, Suggestion};

const TABLE: &str = "revenue";

// Partner Center documentation: insights data definitions, Business applications revenue.
fields! {
    Month: need ["FiscalMonthName", "FiscalMonth"];
    Tenant: need ["CustomerTenantID"];
    Workload: need ["Workloads", "Workload"];
    Revenue: need ["AdjustedRevenueAmtCD"];
    Subscription: may ["SubscriptionId"];
    Category: may ["WorkloadCategory"];
    Partner: may ["GlobalPartnerID"];
    Association: may ["PartnerAssociationType"];
    CustomerName: may ["CustomerTenantName", "CustomerName"];
}

/// The Business Applications revenue download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the Business applications revenue report with all columns",
    open: |context| {
        Box::new(Revenues { workloads: Workloads::new(context, "partner-center-bizapps-revenue", TABLE), repeats: Repeats::default() })
    },
};

struct Revenues<'c> {
    workloads: Workloads<'c>,
    repeats: Repeats,
}

impl Rows for Revenues<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let says: Vec<&str> = (0..usize::from(Column::Partner)).map(|column| cells.text_or_blank(column)).collect();
        let association = format!("{} {}", cells.text_or_blank(Column::Partner), cells.text_or_blank(Column::Association));
        let properties = Properties {
            attribution: cells.text_or_blank(Column::Association),
            duplicate: if self.repeats.is_repeated(&says, &association) { "1" } else { "0" },
            ..Properties::default()
        };
        if !self.workloads.counts(cells.line, properties, self.amount(cells), intake) {
            return Ok(());
        }
        let row = Revenue {
            month: cells.month(Column::Month)?,
            tenant_id: cells.name(Column::Tenant)?,
            workload: self.workloads.named(cells, Column::Workload, intake)?,
            revenue_usd: cells.amount(Column::Revenue)?.unwrap_or_default(),
            subscription_id: cells.name_if_any(Column::Subscription),
        };
        let customer = suggestions::customer(row.tenant_id.clone(), cells.text(Column::CustomerName));
        intake.suggest(cells.line, Suggestion::Customer(customer));
        intake.accept(cells.line, row);
        Ok(())
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        cells.amount(Column::Revenue).ok().flatten().unwrap_or_default()
    }
}
