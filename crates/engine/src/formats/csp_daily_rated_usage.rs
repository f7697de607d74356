//! `csp-daily-rated-usage`: the daily rated usage of Azure plans, as Partner Center gives it to those who resell.

use domain::amount::Amount;
use domain::rulebook::imports::{AmountColumn, Properties};
use domain::time::Day;
use domain::words::Grain;

use super::charges::{self, Charges, Usage, subscription};
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::{Context, Intake};
use crate::suggestions::{self, Suggestion};

// Partner Center documentation: daily rated usage reconciliation files. `SubscriptionId` is the billing platform's and not Azure's.
fields! {
    Customer: need ["CustomerId"];
    Subscription: need ["EntitlementId"];
    Date: need ["UsageDate"];
    MeterCategory: need ["MeterCategory"];
    BillingCost: need ["BillingPreTaxTotal"];
    BillingCurrency: need ["BillingCurrency"];
    PricingCost: may ["PricingPreTaxTotal"];
    PricingCurrency: may ["PricingCurrency"];
    ChargeType: may ["ChargeType"];
    Publisher: may ["PublisherName"];
    Benefit: may ["BenefitType"];
    Resource: may ["ResourceURI"];
    CustomerName: may ["CustomerName"];
    Invoice: may ["InvoiceNumber"];
    Partner: may ["MPNID", "PartnerLocationId"];
    Reseller: may ["ResellerMPNID", "Tier2MPNID"];
}

/// Daily rated usage.
pub const FORMAT: SheetFormat = SheetFormat {
    table: charges::TABLE,
    fields: FIELDS,
    cure: "download the daily rated usage, billed or unbilled, as it is",
    open: |context| Box::new(DailyRated::new(context)),
};

struct DailyRated<'c>(Charges<'c>);

impl<'c> DailyRated<'c> {
    fn new(context: &'c Context) -> Self {
        let money = [
            (AmountColumn::CostInPricingCurrency, Column::PricingCost.into(), Some(Column::PricingCurrency.into())),
            (AmountColumn::CostInBillingCurrency, Column::BillingCost.into(), Some(Column::BillingCurrency.into())),
        ];
        Self(Charges::new(context, "csp-daily-rated-usage", &money))
    }
}

impl Rows for DailyRated<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let properties = Properties {
            charge_type: cells.text_or_blank(Column::ChargeType),
            pricing_model: cells.text_or_blank(Column::Benefit),
            publisher: cells.text_or_blank(Column::Publisher),
            ..Properties::default()
        };
        let month = cells.day(Column::Date).ok().map(Day::month);
        self.0.take(cells, intake, properties, None, |charges| usage(cells, charges.context), month)?;
        suggest(cells, intake);
        Ok(())
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        self.0.amount(cells, cells.day(Column::Date).ok().map(Day::month))
    }
}

fn usage<'a>(cells: &Cells<'a>, context: &Context) -> Result<Usage<'a>, Refused> {
    let id = subscription(cells.need(Column::Subscription)?);
    let id =
        id.ok_or_else(|| Refused::new("blank-cell", Column::Subscription, "the cell names no subscription", "fill in `EntitlementId`"))?;
    let resource = cells.text(Column::Resource);
    let service = context.names.service_of(cells.text(Column::MeterCategory), resource);
    Ok(Usage {
        when: (cells.day(Column::Date)?, Grain::Day),
        tenant: Some(cells.name(Column::Customer)?),
        subscription: (id, Column::Subscription.into()),
        service: service.map_or_else(|| cells.need(Column::MeterCategory).map(str::to_owned), Ok)?,
        resource,
        offer: None,
    })
}

/// Tells who the customer is, whose the subscription is, and who sold it in the month: the file of the billed usage names the whole chain.
fn suggest(cells: &Cells<'_>, intake: &mut Intake<'_>) {
    let (Some(tenant), Some(id), Ok(day)) =
        (cells.name_if_any(Column::Customer), cells.text(Column::Subscription).and_then(subscription), cells.day(Column::Date))
    else {
        return;
    };
    intake.suggest(cells.line, Suggestion::Subscription(suggestions::subscription(id.clone(), tenant.clone())));
    intake.suggest(cells.line, Suggestion::Customer(suggestions::customer(tenant, cells.text(Column::CustomerName))));
    if cells.text(Column::Invoice).is_some() {
        let (partner, reseller) = (cells.name_if_any(Column::Partner), cells.name_if_any(Column::Reseller));
        for row in suggestions::chain(&id, partner, reseller, day.month()) {
            intake.suggest(cells.line, Suggestion::Csp(row));
        }
    }
}
