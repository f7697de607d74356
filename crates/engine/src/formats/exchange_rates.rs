//! `exchange-rates`: the monthly rates of Partner Center, `CurrencyCode,USDPerUnit,Month`.

use domain::amount::Amount;
use domain::facts::ExchangeRate;

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};

// Partner Center documentation: get foreign exchange rates.
fields! {
    Currency: need ["CurrencyCode"];
    Rate: need ["USDPerUnit"];
    Month: need ["Month"];
}

/// Monthly rates.
pub const FORMAT: SheetFormat =
    SheetFormat { table: "exchange_rates", fields: FIELDS, cure: "download the month's rates as they are", open: |_| Box::new(Rates) };

struct Rates;

impl Rows for Rates {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let rate = cells.amount(Column::Rate)?.filter(|rate| *rate > Amount::ZERO);
        let usd_per_unit = rate.ok_or_else(|| {
            let cure = "write how many US dollars one unit of the currency is worth, such as 1.1234";
            Refused::new("not-an-amount", Column::Rate, "a rate is more than zero", cure)
        })?;
        let row = ExchangeRate { month: cells.month(Column::Month)?, currency: cells.name(Column::Currency)?, usd_per_unit };
        intake.accept(cells.line, row);
        Ok(())
    }
}
