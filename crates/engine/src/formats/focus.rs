//! `focus`: FOCUS cost and usage (1.0 to 1.3), as Azure exports it, or as several providers' bills were joined.

use domain::amount::Amount;
use domain::facts::Consumption;
use domain::rulebook::imports::{AmountColumn, Properties};
use domain::time::Day;
use domain::words::Grain;

use super::charges::{self, Charges, Judged, Usage, subscription};
use super::dates::DateStyle;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::{Context, Intake};

// The names of the FOCUS specification, those of 1.3 first, and the columns that Azure adds.
fields! {
    Provider: need ["ServiceProviderName", "ProviderName"];
    Category: need ["ChargeCategory"];
    PeriodStart: need ["ChargePeriodStart"];
    Cost: need ["EffectiveCost"];
    Service: need ["ServiceName"];
    Account: need ["SubAccountId"];
    PeriodEnd: may ["ChargePeriodEnd"];
    Currency: may ["BillingCurrency"];
    CostUsd: may ["x_EffectiveCostInUsd"];
    Resource: may ["ResourceId"];
    Offer: may ["x_SkuOfferId"];
    Customer: may ["x_CustomerId"];
    Publisher: may ["PublisherName", "HostProviderName"];
    PublisherCategory: may ["x_PublisherCategory"];
    CommitmentStatus: may ["CommitmentDiscountStatus"];
    PricingCategory: may ["PricingCategory"];
    Frequency: may ["ChargeFrequency"];
}

/// FOCUS cost and usage.
pub const FORMAT: SheetFormat = SheetFormat {
    table: charges::TABLE,
    fields: FIELDS,
    cure: "export cost and usage with FOCUS 1.0 or later",
    open: |context| Box::new(Focus::new(context)),
};

/// Judges the rows of a FOCUS file without taking them in.
pub struct Judge<'c>(Focus<'c>);

impl<'c> Judge<'c> {
    /// With what is known beside the file.
    pub fn new(context: &'c Context) -> Self {
        Self(Focus::new(context))
    }

    /// The consumption that a row is, with the cells of [`FORMAT`]'s fields; nothing when it is none.
    ///
    /// # Errors
    /// What is wrong with a row that would be.
    pub fn consumption(&self, line: u64, texts: &[Option<&str>]) -> Result<Option<Consumption>, Refused> {
        let cells = Cells::new(line, texts, FIELDS, DateStyle::default());
        match self.0.charges.judge(&cells, properties(&cells), |charges| usage(&cells, charges.context))? {
            Judged::Row(row) => Ok(Some(row)),
            Judged::Ignored(_) => Ok(None),
        }
    }
}

fn properties<'a>(cells: &Cells<'a>) -> Properties<'a> {
    Properties {
        provider: cells.text_or_blank(Column::Provider),
        charge_type: cells.text_or_blank(Column::Category),
        pricing_model: cells.text_or_blank(Column::PricingCategory),
        publisher: cells.text_or_blank(Column::Publisher),
        publisher_type: cells.text_or_blank(Column::PublisherCategory),
        frequency: cells.text_or_blank(Column::Frequency),
        commitment_status: cells.text_or_blank(Column::CommitmentStatus),
        ..Properties::default()
    }
}

struct Focus<'c> {
    charges: Charges<'c>,
}

impl<'c> Focus<'c> {
    fn new(context: &'c Context) -> Self {
        let money = [
            (AmountColumn::CostInUsd, Column::CostUsd.into(), None),
            (AmountColumn::CostInBillingCurrency, Column::Cost.into(), Some(Column::Currency.into())),
        ];
        Self { charges: Charges::new(context, "focus", &money) }
    }
}

impl Rows for Focus<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let month = cells.day(Column::PeriodStart).ok().map(Day::month);
        self.charges.take(cells, intake, properties(cells), None, |charges| usage(cells, charges.context), month)
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        self.charges.amount(cells, cells.day(Column::PeriodStart).ok().map(Day::month))
    }
}

fn usage<'a>(cells: &Cells<'a>, context: &Context) -> Result<Usage<'a>, Refused> {
    let account = cells.need(Column::Account)?;
    let id = subscription(account)
        .ok_or_else(|| Refused::new("blank-cell", Column::Account, "the cell names no subscription", "fill in `SubAccountId`"))?;
    Ok(Usage {
        when: period(cells)?,
        tenant: cells.name_if_any(Column::Customer),
        subscription: (id, Column::Account.into()),
        service: context.names.service(cells.need(Column::Service)?),
        resource: cells.text(Column::Resource),
        offer: cells.text(Column::Offer),
    })
}

/// The day of the charge; the month when the charge is for a whole one.
fn period(cells: &Cells<'_>) -> Result<(Day, Grain), Refused> {
    let start = cells.day(Column::PeriodStart)?;
    let end = cells.day_if_any(Column::PeriodEnd).ok().flatten();
    let is_month = start == start.month().first_day() && end == Some(start.month().plus(1).first_day());
    Ok((start, if is_month { Grain::Month } else { Grain::Day }))
}
