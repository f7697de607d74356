//! `partner-center-ems-usage`: the Enterprise Mobility licence usage download of Partner Center: a row has several workloads, each of which becomes a
//! fact.

use domain::amount::Amount;
use domain::facts::WorkloadUsage;
use domain::names::Name;
use domain::rulebook::imports::Properties;

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::repeats::Repeats;
use super::workloads::Workloads;
use crate::suggestions::{self, Suggestion};

const TABLE: &str = "workload_usage";

// Partner Center documentation: insights data definitions, Enterprise Mobility license usage report.
fields! {
    Tenant: need ["CustomerTenantId"];
    Month: need ["Month"];
    PremiumPaid: need ["AADPPaidAvailableUnits"];
    PremiumActive: need ["AADPMonthlyActiveUsers"];
    IntunePaid: need ["IntunePaidAvailableUnits"];
    IntuneActive: need ["IntuneMonthlyActiveUsers"];
    ProtectionPaid: may ["AzipPaidAvailableUnits"];
    ProtectionActive: may ["AzipMonthlyActiveUsers"];
    IdentityActive: may ["AATPActiveUsage"];
    Subscription: may ["SubscriptionId"];
    Sku: may ["SKUId", "SKU"];
    FreeOrPaid: may ["FreeVsPaidSKU"];
    Partner: may ["PartnerID", "MPNID"];
    Attribution: may ["PartnerAttributionType", "PartnerAttachType"];
    CustomerName: may ["CustomerName"];
}

/// The EMS usage download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the Enterprise Mobility license usage report with all columns",
    open: |context| {
        Box::new(EmsUsage { workloads: Workloads::new(context, "partner-center-ems-usage", TABLE), repeats: Repeats::default() })
    },
};

/// The workloads of a row with the columns of their seats and active users.
const WORKLOADS: [(&str, Option<Column>, Column); 4] = [
    ("aad-premium", Some(Column::PremiumPaid), Column::PremiumActive),
    ("intune", Some(Column::IntunePaid), Column::IntuneActive),
    ("information-protection", Some(Column::ProtectionPaid), Column::ProtectionActive),
    ("defender-identity", None, Column::IdentityActive),
];

struct EmsUsage<'c> {
    workloads: Workloads<'c>,
    repeats: Repeats,
}

impl Rows for EmsUsage<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let mut used = Vec::new();
        for (workload, paid, active) in WORKLOADS {
            let paid_seats = paid.map_or(Ok(None), |column| cells.amount(column))?.unwrap_or_default();
            let active_users = cells.amount(active)?.unwrap_or_default();
            if paid_seats != Amount::ZERO || active_users != Amount::ZERO {
                used.push((workload, paid_seats, active_users));
            }
        }
        let says: Vec<&str> = (0..usize::from(Column::Partner)).map(|column| cells.text_or_blank(column)).collect();
        let association = format!("{} {}", cells.text_or_blank(Column::Partner), cells.text_or_blank(Column::Attribution));
        let properties = Properties {
            metric_type: cells.text_or_blank(Column::FreeOrPaid),
            duplicate: if self.repeats.is_repeated(&says, &association) { "1" } else { "0" },
            cost: if used.is_empty() { "zero" } else { "positive" },
            ..Properties::default()
        };
        let (month, tenant_id) = (cells.month(Column::Month)?, cells.name(Column::Tenant)?);
        if !self.workloads.counts(cells.line, properties, self.amount(cells), intake) {
            return Ok(());
        }
        intake.suggest(cells.line, Suggestion::Customer(suggestions::customer(tenant_id.clone(), cells.text(Column::CustomerName))));
        for (workload, paid_seats, active_users) in used {
            let row = WorkloadUsage {
                month,
                tenant_id: tenant_id.clone(),
                workload: Name::new(workload),
                subscription_id: cells.name_if_any(Column::Subscription),
                resource_id: None,
                paid_seats,
                active_users,
                quantity: Amount::ZERO,
            };
            intake.accept(cells.line, row);
        }
        Ok(())
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        let paid = WORKLOADS.iter().filter_map(|(_, paid, _)| *paid);
        paid.filter_map(|column| cells.amount(column).ok().flatten()).sum()
    }
}
