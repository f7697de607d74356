//! Metrics: values measured on an account's credits and people. One function for each kind of measurement.

/// Measurements on Azure consumption.
mod consumption;

/// Measurements on certified people.
mod people;

/// Measurements on revenue and monthly customer value.
mod revenue;

/// Sums that every month of a window is measured on.
mod running;

/// Measurements on paid seats.
mod seats;

/// Measurements on active users since the association began.
mod users;

pub(crate) use revenue::revenue_of;
pub use running::Memory;

use crate::amount::Amount;
use crate::credits::{Coverage, Credits, MonthSet};
use crate::fraction::Fraction;
use crate::names::Name;
use crate::partners::AccountIx;
use crate::people::People;
use crate::reasons::Reason;
use crate::rulebook::{PartKind, Rulebook};
use crate::time::{Day, Month};

/// What is measured, for whom and as of when.
#[derive(Clone, Copy)]
pub struct Measuring<'a, 'p> {
    /// The rules.
    pub rulebook: &'a Rulebook,
    /// Usage as credited.
    pub credits: &'a Credits,
    /// Coverage of pairs of tenant and workload.
    pub coverage: &'a Coverage<'p>,
    /// People and certificates.
    pub people: &'a People<'a>,
    /// The account.
    pub account: AccountIx,
    /// The scored month, M.
    pub month: Month,
    /// The as-of day, which skilling looks at.
    pub day: Day,
    /// Whether leaves and words are wanted; scoring does without.
    pub explains: bool,
    /// What was summed for the account already.
    pub memory: &'a Memory,
}

/// A value with its arithmetic: terms that are added or subtracted, each with the customers or people that make it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measurement {
    /// The value, with its sign.
    pub value: Fraction,
    /// The unit of the value: `customers`, `percent`, `dollars`, `users`, `services`, `deployments`, `people`, `points`.
    pub unit: &'static str,
    /// The arithmetic with the account's own numbers; empty unless words were asked for.
    pub arithmetic: String,
    /// The terms of the arithmetic.
    pub terms: Vec<Term>,
    /// The table and the earliest month that it looks at, for a comparison with the past.
    pub base: Option<(Table, Month)>,
}

/// The tables of usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Azure consumption.
    Consumption,
    /// Workload usage.
    Usage,
    /// Revenue.
    Revenue,
}

/// A term of a measurement: the sum of its leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What the term is, in words; empty unless these were asked for.
    pub label: String,
    /// Whether the value is a plain sum of terms and this one is subtracted.
    pub subtracted: bool,
    /// The sum of the leaves.
    pub value: Fraction,
    /// What makes it; empty unless leaves were asked for.
    pub leaves: Vec<Leaf>,
}

/// A customer, a pair, a service or a person within a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The customer.
    pub tenant: Option<Name>,
    /// The workload, rate-card row, service, certification or gate.
    pub item: Option<Name>,
    /// The person.
    pub person: Option<Name>,
    /// What it adds to the term; nothing when it does not count.
    pub value: Fraction,
    /// Why it does not count.
    pub reason: Option<Reason>,
    /// The figures that decided.
    pub figures: Vec<Figure>,
}

/// A figure that decides about a leaf: a quantity of one or more months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What is counted.
    pub quantity: Quantity,
    /// The first month.
    pub from: Month,
    /// The last month.
    pub to: Month,
    /// The number.
    pub value: Fraction,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Azure consumed revenue, dollars.
    Acr,
    /// Paid seats.
    Seats,
    /// Active users.
    Users,
    /// Revenue, dollars.
    Revenue,
    /// Monthly customer value: units × rate.
    Mcv,
}

impl Quantity {
    /// What is counted, in words.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Acr => "ACR",
            Self::Seats => "paid seats",
            Self::Users => "active users",
            Self::Revenue => "revenue",
            Self::Mcv => "MCV",
        }
    }

    /// The unit of the number.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Acr | Self::Revenue => "dollars",
            Self::Seats => "seats",
            Self::Users => "users",
            Self::Mcv => "MCV",
        }
    }
}

impl Figure {
    /// A figure of one month.
    fn of(quantity: Quantity, month: Month, value: impl Into<Fraction>) -> Self {
        Self { quantity, from: month, to: month, value: value.into() }
    }
}

impl Measuring<'_, '_> {
    /// Measures one part of a metric.
    #[must_use]
    pub fn measure(&self, kind: &PartKind) -> Measurement {
        match kind {
            PartKind::ConsumingCustomers { .. } => consumption::customers(self, kind),
            PartKind::ConsumptionGrowth { .. } => consumption::growth(self, kind),
            PartKind::DistinctServices { .. } => consumption::services(self, kind),
            PartKind::SeatedCustomers { seats, active_share } => seats::customers(self, seats, active_share.as_ref()),
            PartKind::ProtectedUserGrowth { .. } => seats::protected_users(self, kind),
            PartKind::ActiveUserGrowth { .. } => users::growth(self, kind),
            PartKind::ActiveDeployments { .. } => users::deployments(self, kind),
            PartKind::RevenuePairs { .. } => revenue::pairs(self, kind),
            PartKind::McvGrowth { .. } => revenue::mcv_growth(self, kind),
            PartKind::McvDeployments { .. } => revenue::mcv_deployments(self, kind),
            PartKind::CertifiedPeople { gates, scoring } => people::certified(self, gates, scoring),
        }
    }

    /// The same month a year earlier.
    fn year_before(&self) -> Month {
        self.month.minus(12)
    }

    /// Words, if they are wanted.
    fn told(&self, words: impl FnOnce() -> String) -> String {
        if self.explains { words() } else { String::new() }
    }

    /// A figure for each month, if they are wanted.
    fn figures(&self, quantity: Quantity, read: impl Iterator<Item = (Month, Amount)>) -> Vec<Figure> {
        if self.explains { read.map(|(month, amount)| Figure::of(quantity, month, amount)).collect() } else { Vec::new() }
    }

    /// The scored month as a set, to pick the cells that hold for it.
    fn scored(&self) -> MonthSet {
        self.credits.months.only(self.month)
    }
}

/// The difference of two terms: now less a year earlier.
fn difference(asked: &Measuring<'_, '_>, unit: &'static str, now: Term, before: Term, base: (Table, Month)) -> Measurement {
    let value = &now.value - &before.value;
    let arithmetic = asked.told(|| format!("{} − {} = {}", now.value.brief(), before.value.brief(), value.brief()));
    Measurement { value, unit, arithmetic, terms: vec![now, Term { subtracted: true, ..before }], base: Some(base) }
}

impl Term {
    /// The term with the sum of `leaves`; the leaves themselves are kept when the measurement explains.
    fn sum(asked: &Measuring<'_, '_>, label: impl FnOnce() -> String, leaves: impl Iterator<Item = Leaf>) -> Self {
        let mut term = Self { label: asked.told(label), subtracted: false, value: Fraction::zero(), leaves: Vec::new() };
        let mut whole: i64 = 0;
        for leaf in leaves {
            match leaf.as_count() {
                Some(count) => whole += count,
                None => term.value = &term.value + &leaf.value,
            }
            if asked.explains {
                term.leaves.push(leaf);
            }
        }
        term.value = &term.value + &Fraction::whole(whole);
        term
    }
}

impl Leaf {
    /// A leaf of one customer that counts once, or not at all for a reason.
    fn count(tenant: &Name, item: Option<&Name>, passes: Result<(), Reason>, figures: Vec<Figure>) -> Self {
        Self {
            tenant: Some(tenant.clone()),
            item: item.cloned(),
            person: None,
            value: if passes.is_ok() { Fraction::whole(1) } else { Fraction::zero() },
            reason: passes.err(),
            figures,
        }
    }

    /// A leaf of one customer that adds a number.
    fn number(tenant: &Name, item: Option<&Name>, value: Fraction) -> Self {
        Self { tenant: Some(tenant.clone()), item: item.cloned(), person: None, value, reason: None, figures: Vec::new() }
    }

    /// The value when it is nothing or one, so that long counts are added as integers.
    fn as_count(&self) -> Option<i64> {
        if self.value.is_zero() {
            Some(0)
        } else if self.value == Fraction::whole(1) {
            Some(1)
        } else {
            None
        }
    }
}
