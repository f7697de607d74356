//! `partner-center-cpor-usage`: the usage of Microsoft 365 workloads under approved claims, as Partner Center gives it to the claims' partners. It
//! tells of the claims as well.

use domain::amount::Amount;
use domain::facts::{Claim, WorkloadUsage};
use domain::names::Name;
use domain::rulebook::imports::Properties;
use domain::words::{Activity, ClaimState};

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::repeats::Repeats;
use super::workloads::Workloads;
use crate::suggestions::{self, Suggestion};

const TABLE: &str = "workload_usage";

// Partner Center documentation: insights data definitions, CPOR Microsoft 365 usage.
fields! {
    Tenant: need ["CustomerTenantId"];
    Workload: need ["WorkloadName"];
    Month: need ["Date", "Month"];
    Active: need ["MonthlyActiveUsers"];
    Paid: need ["PaidAvailableUnits"];
    Claim: need ["ClaimId"];
    Partner: need ["PartnerId", "MpnId"];
    Associated: may ["DateAssociated"];
    CustomerName: may ["CustomerName"];
}

/// The CPOR usage download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the CPOR usage report with all columns",
    open: |context| {
        Box::new(CporUsage { workloads: Workloads::new(context, "partner-center-cpor-usage", TABLE), repeats: Repeats::default() })
    },
};

struct CporUsage<'c> {
    workloads: Workloads<'c>,
    repeats: Repeats,
}

impl Rows for CporUsage<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let says: Vec<&str> = (0..usize::from(Column::Claim)).map(|column| cells.text_or_blank(column)).collect();
        let is_repeated = self.repeats.is_repeated(&says, cells.text_or_blank(Column::Claim));
        let properties = Properties { duplicate: if is_repeated { "1" } else { "0" }, ..Properties::default() };
        if !self.workloads.counts(cells.line, properties, self.amount(cells), intake) {
            return Ok(());
        }
        let row = WorkloadUsage {
            month: cells.month(Column::Month)?,
            tenant_id: cells.name(Column::Tenant)?,
            workload: self.workloads.named(cells, Column::Workload, intake)?,
            subscription_id: None,
            resource_id: None,
            paid_seats: cells.amount(Column::Paid)?.unwrap_or_default(),
            active_users: cells.amount(Column::Active)?.unwrap_or_default(),
            quantity: Amount::ZERO,
        };
        let approved_on = cells.day_if_any(Column::Associated)?;
        if let (Some(approved_on), Some(claim), Some(partner_id)) =
            (approved_on, cells.text(Column::Claim), cells.name_if_any(Column::Partner))
        {
            // a claim may name several workloads, and each is a claim of its own here
            let claim_id = Name::new(&format!("{claim}/{}", row.workload));
            let claim = Claim {
                claim_id,
                partner_id,
                tenant_id: row.tenant_id.clone(),
                activity: Activity::OsuM365,
                workload: Some(row.workload.clone()),
                subscription_id: None,
                submitted_on: None,
                approved_on: Some(approved_on),
                ended_on: None,
                state: Some(ClaimState::Approved),
            };
            intake.suggest(cells.line, Suggestion::Claim(claim));
        }
        let customer = suggestions::customer(row.tenant_id.clone(), cells.text(Column::CustomerName));
        intake.suggest(cells.line, Suggestion::Customer(customer));
        intake.accept(cells.line, row);
        Ok(())
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        cells.amount(Column::Paid).ok().flatten().unwrap_or_default()
    }
}
