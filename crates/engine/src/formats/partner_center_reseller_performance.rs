//! `partner-center-reseller-performance`: the reseller performance download of Partner Center: who sold a subscription in a month.

use domain::facts::Csp;
use domain::words::Tier;

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use crate::suggestions::{Suggestion, chain};

// Partner Center documentation: insights data definitions, reseller performance report.
fields! {
    Subscription: need ["SubscriptionID"];
    Month: need ["Month"];
    Reseller: need ["ResellerPartnerID", "ResellerMpnID"];
    Provider: need ["IndirectProviderPartnerID", "IndirectProviderMpnID"];
    ResellerName: may ["ResellerName"];
}

/// The reseller performance download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: "csp",
    fields: FIELDS,
    cure: "download the reseller performance report with all columns",
    open: |_| Box::new(Resellers),
};

struct Resellers;

impl Rows for Resellers {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let (subscription, reseller) = (cells.name(Column::Subscription)?, cells.name(Column::Reseller)?);
        let month = cells.month(Column::Month)?;
        match cells.name_if_any(Column::Provider) {
            None => {
                // who resells without a provider buys from the vendor
                let (from, to) = (month.first_day(), Some(month.plus(1).first_day()));
                intake.accept(cells.line, Csp { subscription_id: subscription, partner_id: reseller, tier: Tier::DirectBill, from, to });
            }
            Some(provider) => {
                let mut rows = chain(&subscription, Some(provider), Some(reseller), month);
                if let Some(row) = rows.pop() {
                    intake.accept(cells.line, row);
                }
                rows.into_iter().for_each(|row| intake.suggest(cells.line, Suggestion::Csp(row)));
            }
        }
        Ok(())
    }
}
