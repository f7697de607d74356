//! Credited lines: Azure consumption as credited, with the duplicate flags that reports know.

use std::collections::{BTreeMap, BTreeSet};

use crate::amount::Amount;
use crate::attach::{AttachSet, AttachType};
use crate::facts::Consumption;
use crate::names::Name;
use crate::partners::{LocationIx, Partners};
use crate::register::Register;
use crate::rulebook::{PartKind, Rulebook};
use crate::ties::{Role, Tie};
use crate::time::Month;

/// One line of the `credited` export without its sum: columns named as Partner Center names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// The month.
    pub month: Month,
    /// The customer's tenant.
    pub tenant: Name,
    /// The subscription.
    pub subscription: Name,
    /// The service as spelled in the rows.
    pub service: String,
    /// The areas that the line counts for, joined by `;`.
    pub areas: String,
    /// The global account.
    pub account: Name,
    /// The location.
    pub partner: Name,
    /// Through which kind of association.
    pub attach: AttachType,
    /// The location's best role on the rows, for partner admin links.
    pub role: String,
    /// 0 on the account's first tie of a row, 1 on the others.
    pub duplicate_in_account: bool,
    /// 0 on the first within account and attach type.
    pub duplicate_in_attach: bool,
    /// 0 on the first within the location.
    pub duplicate_in_location: bool,
}

/// The header of the `credited` export. Source: Partner Center, Azure usage report.
pub const LINE_COLUMNS: [&str; 13] = [
    "Month",
    "CustomerTenantId",
    "SubscriptionId",
    "ServiceLevel2",
    "Areas",
    "PGAPartnerID",
    "PartnerID",
    "PartnerAttributionType",
    "AdminType",
    "IsACRDuplicateAtPGALevel",
    "IsACRDuplicateAtPGAAttachTypeLevel",
    "IsACRDuplicateAtMPNLevel",
    "ACR_USD",
];

impl LineKey {
    /// The cells of the line, in the order of [`LINE_COLUMNS`].
    #[must_use]
    pub fn cells(&self, acr: Amount) -> [String; 13] {
        let flag = |is_duplicate: bool| if is_duplicate { "1" } else { "0" }.to_owned();
        [
            self.month.first_day().to_string(),
            self.tenant.to_string(),
            self.subscription.to_string(),
            self.service.clone(),
            self.areas.clone(),
            self.account.to_string(),
            self.partner.to_string(),
            self.attach.shown().to_owned(),
            self.role.clone(),
            flag(self.duplicate_in_account),
            flag(self.duplicate_in_attach),
            flag(self.duplicate_in_location),
            acr.to_string(),
        ]
    }
}

/// A tie with its duplicate flags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlaggedTie {
    /// Through which kind of association.
    pub attach: AttachType,
    /// The location.
    pub location: LocationIx,
    /// The location's best role, for partner admin links.
    pub role: Option<Role>,
    /// Whether the account has an earlier tie on the row.
    pub duplicate_in_account: bool,
    /// Whether the account has an earlier tie of the attach type on the row.
    pub duplicate_in_attach: bool,
    /// Whether the location has an earlier tie on the row.
    pub duplicate_in_location: bool,
}

/// Flags the ties of one row. A partner's ties are ordered by the priority of the attach type, then Owner, Contributor and
/// others, then the lowest partner ID; the first has no flag.
#[must_use]
pub fn flag(ties: &[Tie], partners: &Partners) -> Vec<FlaggedTie> {
    let mut order: Vec<&Tie> = ties.iter().collect();
    order.sort_by_key(|tie| (tie.attach, tie.role.as_ref().map(Role::rank), tie.location));
    let (mut accounts, mut attached, mut locations) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let flagged = order.into_iter().map(|tie| {
        let account = partners.account_of(tie.location);
        FlaggedTie {
            attach: tie.attach,
            location: tie.location,
            role: tie.role.clone(),
            duplicate_in_account: !accounts.insert(account),
            duplicate_in_attach: !attached.insert((account, tie.attach)),
            duplicate_in_location: !locations.insert(tie.location),
        }
    });
    flagged.collect()
}

/// What a part of a metric reads of consumption: the attach types that it accepts, and its list of services.
type Reads<'a> = (AttachSet, Option<&'a Name>);

/// Which areas count consumption, by attach type and service.
pub struct ConsumptionAreas<'a> {
    rulebook: &'a Rulebook,
    areas: Vec<(&'a Name, Vec<Reads<'a>>)>,
}

impl<'a> ConsumptionAreas<'a> {
    /// The areas of a rulebook whose metrics measure consumption.
    #[must_use]
    pub fn new(rulebook: &'a Rulebook) -> Self {
        let parts = |area: &'a crate::rulebook::AreaRules| -> Vec<Reads<'a>> {
            let parts = area.tracks.iter().flat_map(|track| &track.metrics).flat_map(|metric| &metric.parts);
            let reads = parts.filter_map(|part| match &part.measure {
                PartKind::ConsumingCustomers { accepts, services, .. } | PartKind::ConsumptionGrowth { accepts, services, .. } => {
                    Some((accepts.value, services.as_ref()))
                }
                PartKind::DistinctServices { accepts, .. } => Some((accepts.value, None)),
                _ => None,
            });
            reads.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let areas = rulebook.areas.iter().map(|(name, area)| (name, parts(area))).filter(|(_, parts)| !parts.is_empty());
        Self { rulebook, areas: areas.collect() }
    }

    /// The areas that usage of a service counts for through an attach type, joined by `;` in alphabetical order.
    #[must_use]
    pub fn of(&self, attach: AttachType, service: &Name) -> String {
        let counts = |(accepts, list): &Reads<'_>| accepts.has(attach) && list.is_none_or(|list| self.rulebook.is_on(list, service));
        let names = self.areas.iter().filter(|(_, parts)| parts.iter().any(counts)).map(|(name, _)| name.as_str());
        names.collect::<Vec<_>>().join(";")
    }
}

/// The credited lines of `rows` up to `month`, chains as of `month`: the reference, row by row.
#[must_use]
pub fn credited_lines(register: &Register<'_>, rows: &[Consumption], month: Month) -> BTreeMap<LineKey, Amount> {
    let areas = ConsumptionAreas::new(register.rulebook);
    let mut lines = BTreeMap::new();
    let counted = rows.iter().filter(|row| row.usage_date.month() <= month && register.rulebook.counts_offer(row.offer.as_ref()));
    for row in counted {
        for tie in flag(&register.ties_of_consumption(row, month), &register.partners) {
            let key = LineKey {
                month: row.usage_date.month(),
                tenant: row.tenant_id.clone(),
                subscription: row.subscription_id.clone(),
                service: row.service.clone(),
                areas: areas.of(tie.attach, &Name::new(&row.service)),
                account: register.partners.account_id(register.partners.account_of(tie.location)).clone(),
                partner: register.partners.partner_id(tie.location).clone(),
                attach: tie.attach,
                role: tie.role.map(|role| role.spelled().to_owned()).unwrap_or_default(),
                duplicate_in_account: tie.duplicate_in_account,
                duplicate_in_attach: tie.duplicate_in_attach,
                duplicate_in_location: tie.duplicate_in_location,
            };
            *lines.entry(key).or_insert(Amount::ZERO) += row.acr_usd;
        }
    }
    lines
}
