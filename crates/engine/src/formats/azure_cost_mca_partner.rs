//! `azure-cost-mca-partner`: Cost Management exports of Microsoft partner agreements (resale), actual and amortised.

use domain::amount::Amount;
use domain::rulebook::imports::AmountColumn;
use domain::time::Day;

use super::azure_cost::Places;
use super::charges::{self, Charges};
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::{Context, Intake};
use crate::suggestions::{self, Suggestion};

// Azure documentation: cost and usage details of Microsoft partner agreements, 2023 to 2024.
fields! {
    Subscription: need ["SubscriptionId", "subscriptionGuid"];
    Tenant: need ["customerTenantId"];
    Date: need ["date", "usageDate"];
    MeterCategory: need ["meterCategory"];
    ChargeType: need ["chargeType"];
    Cost: need ["costInBillingCurrency"];
    Currency: need ["billingCurrency", "billingCurrencyCode"];
    CostUsd: may ["costInUsd"];
    PaygCostUsd: may ["paygCostInUsd"];
    PricingCost: may ["costInPricingCurrency"];
    PricingCurrency: may ["pricingCurrency", "pricingCurrencyCode"];
    CustomerName: may ["customerName"];
    Resource: may ["ResourceId", "instanceName"];
    PricingModel: may ["PricingModel"];
    Publisher: may ["publisherName"];
    PublisherType: may ["publisherType"];
    Frequency: may ["frequency"];
    Reseller: may ["resellerMpnId", "resellerPartnerId"];
}

/// Exports of partner agreements.
pub const FORMAT: SheetFormat = SheetFormat {
    table: charges::TABLE,
    fields: FIELDS,
    cure: "export cost and usage details (actual or amortised) of the partner's billing account with all columns",
    open: |context| Box::new(AzureCostMcaPartner::new(context)),
};

const PLACES: Places = Places {
    date: Column::Date as usize,
    subscription: Column::Subscription as usize,
    meter_category: Column::MeterCategory as usize,
    resource: Column::Resource as usize,
    charge_type: Column::ChargeType as usize,
    pricing_model: Column::PricingModel as usize,
    publisher: Column::Publisher as usize,
    publisher_type: Column::PublisherType as usize,
    frequency: Column::Frequency as usize,
    offer: None,
    tenant: Some(Column::Tenant as usize),
};

struct AzureCostMcaPartner<'c>(Charges<'c>);

impl<'c> AzureCostMcaPartner<'c> {
    fn new(context: &'c Context) -> Self {
        let money = [
            (AmountColumn::CostInUsd, Column::CostUsd.into(), None),
            (AmountColumn::PaygCostInUsd, Column::PaygCostUsd.into(), None),
            (AmountColumn::CostInPricingCurrency, Column::PricingCost.into(), Some(Column::PricingCurrency.into())),
            (AmountColumn::CostInBillingCurrency, Column::Cost.into(), Some(Column::Currency.into())),
        ];
        Self(Charges::new(context, "azure-cost-mca-partner", &money))
    }
}

impl Rows for AzureCostMcaPartner<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        PLACES.take(&self.0, cells, intake)?;
        suggest_customer(cells, intake);
        Ok(())
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        self.0.amount(cells, cells.day(Column::Date).ok().map(Day::month))
    }
}

/// Tells who the customer is, whose the subscription is, and who resold it in the month. The one who bought it from the vendor is named by its
/// tenant only, which is no partner ID.
fn suggest_customer(cells: &Cells<'_>, intake: &mut Intake<'_>) {
    let Some(tenant_id) = cells.name_if_any(Column::Tenant) else { return };
    if let Ok(subscription_id) = PLACES.subscription(cells) {
        if let (Some(reseller), Ok(day)) = (cells.name_if_any(Column::Reseller), cells.day(Column::Date)) {
            let rows = suggestions::chain(&subscription_id, None, Some(reseller), day.month());
            rows.into_iter().for_each(|row| intake.suggest(cells.line, Suggestion::Csp(row)));
        }
        intake.suggest(cells.line, Suggestion::Subscription(suggestions::subscription(subscription_id, tenant_id.clone())));
    }
    intake.suggest(cells.line, Suggestion::Customer(suggestions::customer(tenant_id, cells.text(Column::CustomerName))));
}
