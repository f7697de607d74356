//! `azure-cost-ea`: Cost Management exports of enterprise agreements, actual and amortised, from the column sets of 2019 on. Exports of
//! customer agreements, which name no partner, are read alike.

use domain::amount::Amount;
use domain::rulebook::imports::AmountColumn;
use domain::time::Day;

use super::azure_cost::Places;
use super::charges::{self, Charges};
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::{Context, Intake};

// Azure documentation: cost and usage details of enterprise agreements; older names behind the newer ones.
fields! {
    Subscription: need ["SubscriptionId", "SubscriptionGuid"];
    Date: need ["Date", "UsageDateTime", "UsageDate"];
    MeterCategory: need ["MeterCategory"];
    Cost: need ["CostInBillingCurrency", "Cost", "PreTaxCost"];
    Currency: need ["BillingCurrencyCode", "BillingCurrency", "Currency"];
    ChargeType: need ["ChargeType"];
    CostUsd: may ["CostInUsd"];
    Resource: may ["ResourceId", "InstanceId", "InstanceName"];
    PricingModel: may ["PricingModel"];
    Publisher: may ["PublisherName"];
    PublisherType: may ["PublisherType"];
    Frequency: may ["Frequency"];
    Offer: may ["OfferId"];
}

/// Exports of enterprise agreements.
pub const FORMAT: SheetFormat = SheetFormat {
    table: charges::TABLE,
    fields: FIELDS,
    cure: "export cost and usage details (actual or amortised) with all columns",
    open: |context| Box::new(AzureCostEa::new(context)),
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
    offer: Some(Column::Offer as usize),
    tenant: None,
};

struct AzureCostEa<'c>(Charges<'c>);

impl<'c> AzureCostEa<'c> {
    fn new(context: &'c Context) -> Self {
        let money = [
            (AmountColumn::CostInUsd, Column::CostUsd.into(), None),
            (AmountColumn::CostInBillingCurrency, Column::Cost.into(), Some(Column::Currency.into())),
        ];
        Self(Charges::new(context, "azure-cost-ea", &money))
    }
}

impl Rows for AzureCostEa<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        PLACES.take(&self.0, cells, intake)
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        self.0.amount(cells, cells.day(Column::Date).ok().map(Day::month))
    }
}
