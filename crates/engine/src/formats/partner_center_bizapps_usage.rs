//! `partner-center-bizapps-usage`: the Business Applications usage download of Partner Center.

use domain::amount::Amount;
use domain::facts::WorkloadUsage;
use domain::rulebook::imports::Properties;

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::repeats::Repeats;
use super::workloads::Workloads;
use crate::suggestions::{self, Suggestion};

const TABLE: &str = "workload_usage";

// Partner Center documentation: insights data definitions, Business applications usage. `PAMAU`, the part of the users that one partner is
// credited with, is not read: crediting is worked out here.
fields! {
    Month: need ["FiscalMonthName", "FiscalMonth"];
    Tenant: need ["CustomerTenantID"];
    Workload: need ["Workload", "Workloads"];
    Active: need ["MAU"];
    Capacity: may ["MAC"];
    Subscription: may ["SubscriptionID"];
    SkuGroup: may ["SkuGroup"];
    MetricType: may ["MetricType"];
    Partner: may ["GlobalPartnerID"];
    Association: may ["PartnerAssociationType"];
    CustomerName: may ["CustomerTenantName", "CustomerName"];
}

/// The Business Applications usage download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the Business applications usage report with all columns",
    open: |context| {
        Box::new(Usage { workloads: Workloads::new(context, "partner-center-bizapps-usage", TABLE), repeats: Repeats::default() })
    },
};

struct Usage<'c> {
    workloads: Workloads<'c>,
    repeats: Repeats,
}

impl Rows for Usage<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let says: Vec<&str> = (0..usize::from(Column::Partner)).map(|column| cells.text_or_blank(column)).collect();
        let association = format!("{} {}", cells.text_or_blank(Column::Partner), cells.text_or_blank(Column::Association));
        let properties = Properties {
            metric_type: cells.text_or_blank(Column::MetricType),
            duplicate: if self.repeats.is_repeated(&says, &association) { "1" } else { "0" },
            ..Properties::default()
        };
        if !self.workloads.counts(cells.line, properties, Amount::ZERO, intake) {
            return Ok(());
        }
        let row = WorkloadUsage {
            month: cells.month(Column::Month)?,
            tenant_id: cells.name(Column::Tenant)?,
            workload: self.workloads.named(cells, Column::Workload, intake)?,
            subscription_id: cells.name_if_any(Column::Subscription),
            resource_id: None,
            paid_seats: Amount::ZERO,
            active_users: cells.amount(Column::Active)?.unwrap_or_default(),
            quantity: cells.amount(Column::Capacity)?.unwrap_or_default(),
        };
        let customer = suggestions::customer(row.tenant_id.clone(), cells.text(Column::CustomerName));
        intake.suggest(cells.line, Suggestion::Customer(customer));
        intake.accept(cells.line, row);
        Ok(())
    }
}
