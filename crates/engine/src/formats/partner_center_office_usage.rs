//! `partner-center-office-usage`: the Office 365 licence usage download of Partner Center.

use domain::amount::Amount;
use domain::facts::WorkloadUsage;
use domain::rulebook::imports::Properties;

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::workloads::Workloads;
use crate::suggestions::{self, Suggestion};

const TABLE: &str = "workload_usage";

// Partner Center documentation: insights data definitions, Office 365 license usage report.
fields! {
    Tenant: need ["CustomerTenantId"];
    Workload: need ["WorkloadName"];
    Month: need ["Month"];
    Paid: need ["PaidAvailableUnits"];
    Active: need ["MonthlyActiveUsers"];
    Duplicate: need ["IsDuplicateRowForPGA"];
    CustomerName: may ["CustomerName"];
}

/// The Office usage download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the Office 365 license usage report with all columns",
    open: |context| Box::new(OfficeUsage(Workloads::new(context, "partner-center-office-usage", TABLE))),
};

struct OfficeUsage<'c>(Workloads<'c>);

impl Rows for OfficeUsage<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let properties = Properties { duplicate: cells.text_or_blank(Column::Duplicate), ..Properties::default() };
        if !self.0.counts(cells.line, properties, self.amount(cells), intake) {
            return Ok(());
        }
        let row = WorkloadUsage {
            month: cells.month(Column::Month)?,
            tenant_id: cells.name(Column::Tenant)?,
            workload: self.0.named(cells, Column::Workload, intake)?,
            subscription_id: None,
            resource_id: None,
            paid_seats: cells.amount(Column::Paid)?.unwrap_or_default(),
            active_users: cells.amount(Column::Active)?.unwrap_or_default(),
            quantity: Amount::ZERO,
        };
        let customer = suggestions::customer(row.tenant_id.clone(), cells.text(Column::CustomerName));
        intake.suggest(cells.line, Suggestion::Customer(customer));
        intake.accept(cells.line, row);
        Ok(())
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        cells.amount(Column::Paid).ok().flatten().unwrap_or_default()
    }
}
