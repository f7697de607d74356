//! Reconciling: the vendor's figures beside ours, and the likely cause of each difference, reasoned from what we know.

use std::collections::{BTreeMap, BTreeSet};

use crate::amount::Amount;
use crate::attach::AttachType;
use crate::evidence::Evidence;
use crate::fraction::Fraction;
use crate::metrics::Table;
use crate::names::Name;
use crate::reasons::Reason;
use crate::time::{Day, Month};

/// What a figure is about; what the vendor's file does not tell is nothing on both sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// The month.
    pub month: Month,
    /// The global account.
    pub account: Name,
    /// The customer.
    pub tenant: Name,
    /// The subscription.
    pub subscription: Option<Name>,
    /// The service.
    pub service: Option<Name>,
    /// Through which kind of association.
    pub attach: Option<AttachType>,
}

/// Where usage is, whoever is credited: month, customer and subscription.
pub type Place = (Month, Name, Option<Name>);

impl Item {
    /// The place of the item.
    #[must_use]
    pub fn place(&self) -> Place {
        (self.month, self.tenant.clone(), self.subscription.clone())
    }
}

/// Figures by what they are about, US dollars.
pub type Figures = BTreeMap<Item, Amount>;

/// The likely cause of a difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Nothing differs by more than the tolerance.
    Agrees,
    /// Usage that we have is not credited, because of the first condition that failed.
    Reason(Reason),
    /// The other side credits the same usage through other kinds of association.
    OtherKind(Vec<AttachType>),
    /// The other side has the same amount under another service.
    OtherService(Name),
    /// We do not know the customer.
    TenantUnknown,
    /// We do not know the partner.
    PartnerUnknown,
    /// We have no usage of the subscription, or of the service, in the month.
    UsageMissing,
    /// The vendor's kind of association is in none of our tables.
    KindNotRecorded,
    /// The month was not complete on the as-of day.
    MonthNotComplete,
    /// All figures of the place differ by one factor.
    Currency,
    /// The vendor's file has nothing of the customer.
    CustomerNotInFile,
    /// The vendor's file lacks the figure.
    NotInFile,
    /// Both sides have the usage, and one was restated.
    Restated,
}

impl Cause {
    /// The code: lower case with hyphens.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Reason(reason) => reason.code(),
            Self::OtherKind(_) => "other-kind-of-association",
            Self::OtherService(_) => "service-named-otherwise",
            Self::TenantUnknown => "tenant-unknown",
            Self::PartnerUnknown => "partner-unknown",
            Self::UsageMissing => "usage-missing",
            Self::KindNotRecorded => "kind-not-recorded",
            Self::MonthNotComplete => "month-not-complete",
            Self::Currency => "currency",
            Self::CustomerNotInFile => "customer-not-in-file",
            Self::NotInFile => "not-in-file",
            Self::Restated => "restated",
        }
    }

    /// The cause as a sentence, with what to do about it.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Agrees => "the figures agree".to_owned(),
            Self::Reason(reason) => reason.cure().to_owned(),
            Self::OtherKind(kinds) => {
                let kinds: Vec<&str> = kinds.iter().map(|kind| kind.shown()).collect();
                format!("the other side has it as {}; compare the dates of the associations", kinds.join(", "))
            }
            Self::OtherService(service) => {
                format!("the other side has the same amount under `{service}`; the services are named differently")
            }
            Self::TenantUnknown => "the customer is not in `customers`; import the customer and its usage".to_owned(),
            Self::PartnerUnknown => "the partner is not in `partners`; import the partner's profile".to_owned(),
            Self::UsageMissing => "no such usage was imported; import the cost export of the month".to_owned(),
            Self::KindNotRecorded => "no table records this kind of association; nothing to do".to_owned(),
            Self::MonthNotComplete => "the month was not complete; compare again after the 5th of the next month".to_owned(),
            Self::Currency => "all figures differ by one factor; look at the currency and its rate".to_owned(),
            Self::CustomerNotInFile => {
                "the vendor's file has nothing of the customer; see whether the vendor knows the association, and how the file was filtered"
                    .to_owned()
            }
            Self::NotInFile => "the vendor's file lacks it; see whether the vendor knows the association, and since when".to_owned(),
            Self::Restated => "closed months change when subscriptions move or credits are backdated; import the newest export".to_owned(),
        }
    }
}

/// A figure of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What it is about.
    pub item: Item,
    /// The vendor's figure; nothing when the file has none.
    pub vendor: Option<Amount>,
    /// Ours; nothing when we have none.
    pub ours: Option<Amount>,
    /// Why they differ.
    pub cause: Cause,
}

impl Compared {
    /// Ours less the vendor's.
    #[must_use]
    pub fn difference(&self) -> Amount {
        self.ours.unwrap_or_default() - self.vendor.unwrap_or_default()
    }
}

/// What causes are reasoned from.
pub struct Known<'a> {
    /// The customers that we know.
    pub tenants: &'a BTreeSet<Name>,
    /// Our usage by service, of places with differences, whoever is credited.
    pub usage: &'a BTreeMap<Place, BTreeMap<Name, Amount>>,
    /// What each account is, or is not, credited with; no account that we do not know.
    pub evidence: &'a BTreeMap<Name, Evidence<'a>>,
    /// The as-of day.
    pub as_of: Day,
    /// Differences up to this are rounding.
    pub tolerance: Amount,
}

/// From this day of the next month on a month's figures are safe. Source: Partner Center, Azure usage report.
const SAFE_DAY: i32 = 5;

/// Every figure of either side, in the order of what they are about, with the cause of its difference.
#[must_use]
pub fn compare(vendor: &Figures, ours: &Figures, known: &Known<'_>) -> Vec<Compared> {
    let items: BTreeSet<&Item> = vendor.keys().chain(ours.keys()).collect();
    let factors = factors(vendor, ours, known.tolerance);
    let compared = items.into_iter().map(|item| {
        let (theirs, own) = (vendor.get(item).copied(), ours.get(item).copied());
        let off = magnitude(own.unwrap_or_default() - theirs.unwrap_or_default());
        let cause = match (theirs, own) {
            _ if off <= known.tolerance => Cause::Agrees,
            (Some(_), None) => known.why_not_ours(item, vendor, ours),
            (None, _) => known.why_not_theirs(item, vendor, ours),
            (Some(theirs), Some(own)) => known.why_otherwise(item, theirs, own, &factors),
        };
        Compared { item: item.clone(), vendor: theirs, ours: own, cause }
    });
    compared.collect()
}

/// The places with figures that differ by more than `tolerance`.
#[must_use]
pub fn differing_places(vendor: &Figures, ours: &Figures, tolerance: Amount) -> BTreeSet<Place> {
    let of = |figures: &Figures, item: &Item| figures.get(item).copied().unwrap_or_default();
    let differs = |item: &&Item| magnitude(of(ours, item) - of(vendor, item)) > tolerance;
    vendor.keys().chain(ours.keys()).filter(differs).map(Item::place).collect()
}

impl Known<'_> {
    fn why_not_ours(&self, item: &Item, vendor: &Figures, ours: &Figures) -> Cause {
        if !self.evidence.contains_key(&item.account) {
            return Cause::PartnerUnknown;
        }
        if !self.tenants.contains(&item.tenant) {
            return Cause::TenantUnknown;
        }
        if let Some(cause) = elsewhere(item, ours, vendor) {
            return cause;
        }
        let Some(usage) = self.usage.get(&item.place()) else { return self.or_not_complete(item, Cause::UsageMissing) };
        let has_usage = item.service.as_ref().is_none_or(|service| usage.contains_key(service));
        if !has_usage {
            return self.or_not_complete(item, Cause::UsageMissing);
        }
        if item.attach == Some(AttachType::Tpor) {
            return Cause::KindNotRecorded;
        }
        Cause::Reason(self.failure(item).unwrap_or(Reason::NoAssociation))
    }

    fn why_not_theirs(&self, item: &Item, vendor: &Figures, ours: &Figures) -> Cause {
        if let Some(cause) = elsewhere(item, vendor, ours) {
            return cause;
        }
        let has_customer = vendor.keys().any(|other| other.tenant == item.tenant && other.account == item.account);
        self.or_not_complete(item, if has_customer { Cause::NotInFile } else { Cause::CustomerNotInFile })
    }

    fn why_otherwise(&self, item: &Item, vendor: Amount, ours: Amount, factors: &BTreeSet<(Place, Name)>) -> Cause {
        if !self.is_complete(item.month) {
            return Cause::MonthNotComplete;
        }
        if factors.contains(&(item.place(), item.account.clone())) {
            return Cause::Currency;
        }
        let is_short = ours < vendor;
        self.failure(item).filter(|_| is_short).map_or(Cause::Restated, Cause::Reason)
    }

    fn or_not_complete(&self, item: &Item, cause: Cause) -> Cause {
        if self.is_complete(item.month) { cause } else { Cause::MonthNotComplete }
    }

    fn is_complete(&self, month: Month) -> bool {
        self.as_of >= month.plus(1).first_day().plus(SAFE_DAY - 1)
    }

    /// Why the account is not credited with usage of the item: the reason of most dollars.
    fn failure(&self, item: &Item) -> Option<Reason> {
        let rows = self.evidence.get(&item.account)?.of(Table::Consumption).iter();
        let is_of_item = |service: &Name, subscription: Option<&Name>| {
            item.service.as_ref().is_none_or(|own| own == service)
                && (item.subscription.is_none() || item.subscription.as_ref() == subscription)
        };
        let failed = rows
            .filter(|(row, _)| row.month == item.month && row.tenant == item.tenant && is_of_item(&row.item, row.subscription.as_ref()));
        let mut sums: BTreeMap<Reason, Amount> = BTreeMap::new();
        for (row, sum) in failed {
            if let Some(reason) = row.failure {
                *sums.entry(reason).or_default() += sum.dollars;
            }
        }
        sums.into_iter().max_by_key(|(_, dollars)| magnitude(*dollars)).map(|(reason, _)| reason)
    }
}

/// Whether `other`, the side with nothing about the item, has it through another kind of association or under another service:
/// figures that `own`, the side with the item, lacks.
fn elsewhere(item: &Item, other: &Figures, own: &Figures) -> Option<Cause> {
    let alone =
        |(theirs, _): &(&Item, &Amount)| theirs.account == item.account && theirs.place() == item.place() && !own.contains_key(*theirs);
    let candidates: Vec<(&Item, &Amount)> = other.iter().filter(alone).collect();
    let same_service = candidates.iter().filter(|(theirs, _)| theirs.service == item.service);
    let kinds: Vec<AttachType> = same_service.filter_map(|(theirs, _)| theirs.attach).collect();
    if !kinds.is_empty() {
        return Some(Cause::OtherKind(kinds));
    }
    let amount = own.get(item);
    let same_amount = candidates.iter().find(|(theirs, other)| theirs.attach == item.attach && Some(*other) == amount);
    same_amount.and_then(|(theirs, _)| theirs.service.clone()).map(Cause::OtherService)
}

/// The places of accounts all of whose figures differ by one factor, within a two hundredth: two figures at least.
fn factors(vendor: &Figures, ours: &Figures, tolerance: Amount) -> BTreeSet<(Place, Name)> {
    let mut by_place: BTreeMap<(Place, Name), Vec<(Amount, Amount)>> = BTreeMap::new();
    for (item, own) in ours {
        let Some(theirs) = vendor.get(item) else { continue };
        by_place.entry((item.place(), item.account.clone())).or_default().push((*theirs, *own));
    }
    let is_scaled = |figures: &Vec<(Amount, Amount)>| {
        let (theirs, own) = figures[0];
        let differ = figures.iter().all(|(theirs, own)| magnitude(*own - *theirs) > tolerance);
        figures.len() > 1 && differ && figures.iter().all(|figure| is_same_factor((theirs, own), *figure))
    };
    by_place.into_iter().filter(|(_, figures)| is_scaled(figures)).map(|(place, _)| place).collect()
}

fn is_same_factor((theirs, own): (Amount, Amount), (other_theirs, other_own): (Amount, Amount)) -> bool {
    let one = Fraction::from(theirs) * Fraction::from(other_own);
    let other = Fraction::from(other_theirs) * Fraction::from(own);
    let off = one.clone() - other;
    let off = if off.is_negative() { Fraction::zero() - off } else { off };
    let one = if one.is_negative() { Fraction::zero() - one } else { one };
    !one.is_zero() && off * Fraction::whole(200) <= one
}

fn magnitude(amount: Amount) -> Amount {
    amount.max(-amount)
}
