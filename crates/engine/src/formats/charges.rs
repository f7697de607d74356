//! What bills have in common: an amount in some currency, and rules that say which charges are consumption.

use domain::amount::Amount;
use domain::facts::Consumption;
use domain::names::Name;
use domain::rulebook::ImportRules;
use domain::rulebook::imports::{AmountColumn, Properties, Verdict};
use domain::time::{Day, Month};
use domain::words::Grain;

use super::fields::{Cells, Refused};
use super::{Context, Intake};

/// The table that charges go to.
pub const TABLE: &str = "consumption";

/// A column of amounts, and the column of their currency; without one they are dollars.
pub type Money = (AmountColumn, usize, Option<usize>);

/// The charges of one file.
pub struct Charges<'c> {
    /// What is known beside the file.
    pub context: &'c Context,
    rules: &'c ImportRules,
    money: Vec<Money>,
}

/// A cost as the file has it.
struct Cost {
    amount: Amount,
    column: usize,
    currency: Option<(Name, usize)>,
}

/// What a charge is.
pub enum Judged<'c> {
    /// Consumption.
    Row(Consumption),
    /// Left out by the rule with this name.
    Ignored(&'c Name),
}

/// What a charge for usage is for.
pub struct Usage<'a> {
    /// The day, and whether the charge is for the whole month that begins on it.
    pub when: (Day, Grain),
    /// The tenant, where the file names it, with its column.
    pub tenant: Option<Name>,
    /// The subscription, with its column for messages.
    pub subscription: (Name, usize),
    /// The service.
    pub service: String,
    /// The resource.
    pub resource: Option<&'a str>,
    /// The offer.
    pub offer: Option<&'a str>,
}

impl<'c> Charges<'c> {
    /// Charges of a format, whose files may have these columns of amounts.
    pub fn new(context: &'c Context, format: &str, money: &[Money]) -> Self {
        let rules = context.rules(format);
        let wanted = rules.amount.as_ref().map(|amount| amount.value.as_slice()).unwrap_or_default();
        let money = wanted.iter().filter_map(|column| money.iter().find(|(of, ..)| of == column).copied()).collect();
        Self { context, rules, money }
    }

    /// The preferred amount that is not blank.
    fn cost(&self, cells: &Cells<'_>) -> Result<Option<Cost>, Refused> {
        for (_, column, currency) in &self.money {
            if let Some(amount) = cells.amount(*column)? {
                let named = |at: usize| cells.text(at).map(|text| (Name::new(text), at));
                let currency = match currency {
                    None => None,
                    Some(at) => Some(named(*at).ok_or_else(|| {
                        let cure = "export with the currency, or with costs in US dollars".to_owned();
                        Refused::new("currency-unknown", *at, "the charge names no currency", cure)
                    })?),
                };
                return Ok(Some(Cost { amount, column: *column, currency }));
            }
        }
        Ok(None)
    }

    /// The cost in dollars, at the rate of the month.
    fn dollars(&self, cost: &Cost, month: Month) -> Result<Amount, Refused> {
        let Some((currency, column)) = cost.currency.as_ref().filter(|(currency, _)| currency.as_str() != "usd") else {
            return Ok(cost.amount);
        };
        let shown = currency.as_str().to_uppercase();
        let rate = self.context.rates.get(&(month, currency.clone())).ok_or_else(|| {
            let message = format!("the cost is in `{shown}`, and no rate of {month} is known for it");
            let cure = format!(
                "import the rates of {month} (`CurrencyCode,USDPerUnit,Month`), then this file again; or export with costs in US dollars"
            );
            Refused::new("rate-unknown", *column, message, cure)
        })?;
        cost.amount.times(*rate).ok_or_else(|| {
            let message = format!("{} {shown} at {rate} dollars each is absurd", cost.amount);
            Refused::new("absurd-amount", cost.column, message, "check the amount and the rate")
        })
    }

    /// The amount that a charge adds to the file's total: in dollars if they can be told, or else as the file has it.
    pub fn amount(&self, cells: &Cells<'_>, month: Option<Month>) -> Amount {
        let cost = self.cost(cells).ok().flatten();
        let in_dollars = |cost: &Cost| month.and_then(|month| self.dollars(cost, month).ok());
        cost.map_or(Amount::ZERO, |cost| in_dollars(&cost).unwrap_or(cost.amount))
    }

    /// Judges a charge, as [`Charges::judge`] does, and hands it to the intake. `part` names charges that are restated apart from the
    /// others of the file.
    pub fn take<'a>(
        &self,
        cells: &Cells<'a>,
        intake: &mut Intake<'_>,
        properties: Properties<'_>,
        part: Option<&'static str>,
        usage: impl FnOnce(&Self) -> Result<Usage<'a>, Refused>,
        month: Option<Month>,
    ) -> Result<(), Refused> {
        match self.judge(cells, properties, usage)? {
            Judged::Row(row) => intake.accept_apart(part, cells.line, row),
            Judged::Ignored(rule) => intake.ignore(cells.line, TABLE, rule, self.amount(cells, month)),
        }
        Ok(())
    }

    /// What a charge with these properties is; `usage` tells what it is for, should it count.
    pub fn judge<'a>(
        &self,
        cells: &Cells<'a>,
        properties: Properties<'_>,
        usage: impl FnOnce(&Self) -> Result<Usage<'a>, Refused>,
    ) -> Result<Judged<'c>, Refused> {
        let cost = self.cost(cells);
        let sign = match &cost {
            Ok(Some(cost)) if cost.amount == Amount::ZERO => "zero",
            Ok(Some(cost)) if cost.amount < Amount::ZERO => "negative",
            Ok(Some(_)) => "positive",
            _ => "",
        };
        let rule = self.rules.judge(&Properties { cost: sign, ..properties }).expect("the last rule of a format fits every row");
        if rule.verdict == Verdict::Ignored {
            return Ok(Judged::Ignored(&rule.rule));
        }
        let usage = usage(self)?;
        let first = self.money.first().map_or(0, |(_, column, _)| *column);
        let cost = cost?.ok_or_else(|| {
            Refused::new("blank-cell", first, "the charge has no cost", "fill in the cost; every charge for usage has one")
        })?;
        let (usage_date, grain) = usage.when;
        Ok(Judged::Row(Consumption {
            usage_date,
            tenant_id: self.tenant(&usage)?,
            subscription_id: usage.subscription.0,
            service: usage.service,
            acr_usd: self.dollars(&cost, usage_date.month())?,
            resource_id: usage.resource.and_then(Name::new_if_any),
            offer: usage.offer.and_then(Name::new_if_any),
            grain,
        }))
    }

    /// The tenant of a charge: the file's, or the one of the subscription, or the one that was given for the import.
    fn tenant(&self, usage: &Usage<'_>) -> Result<Name, Refused> {
        let (subscription, column) = &usage.subscription;
        let known = || self.context.tenants.get(subscription).or(self.context.tenant.as_ref()).cloned();
        usage.tenant.clone().or_else(known).ok_or_else(|| {
            let message = format!("no tenant is known for the subscription `{subscription}`");
            Refused::new("tenant-unknown", *column, message, "import `subscriptions`, or pass `--tenant`")
        })
    }
}

/// A subscription's GUID, of `/subscriptions/GUID` or by itself.
pub fn subscription(text: &str) -> Option<Name> {
    let lower = text.to_ascii_lowercase();
    let id = lower.trim_start_matches('/');
    let id = id.strip_prefix("subscriptions/").unwrap_or(id);
    Name::new_if_any(id.split('/').next().unwrap_or(id))
}
