//! Chains: who sells a subscription (CSP). One entry for each subscription, with its chain from day to day.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::{Csp, Program};
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry;
use crate::record::factual::Factual;
use crate::record::spans::{Span, Spans};
use crate::time::Day;
use crate::words::Tier;

/// Who sells a subscription, from day to day: never two chains on a day. A move carries the history with it when usage is credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Chain {
    /// The subscription.
    pub subscription_id: Name,
    /// The customer's tenant, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<Name>,
    /// The location that buys from the vendor now (tier 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<Name>,
    /// The chains, the earliest first.
    pub sales: Spans<Sale>,
}

/// A chain: a direct-bill partner alone, or an indirect provider together with an indirect reseller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Sale {
    /// Those who sell, tier 1 first.
    pub sellers: Vec<Seller>,
}

/// A partner in a chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Seller {
    /// The partner's place in the chain.
    pub tier: Tier,
    /// The location.
    pub partner_id: Name,
}

impl Sale {
    /// A chain; sellers stand in the order of the chain.
    #[must_use]
    pub fn new(sellers: impl IntoIterator<Item = Seller>) -> Self {
        let sellers: BTreeSet<Seller> = sellers.into_iter().collect();
        Self { sellers: sellers.into_iter().collect() }
    }

    /// The location that buys from the vendor.
    #[must_use]
    pub fn first(&self) -> Option<&Name> {
        self.sellers.first().map(|seller| &seller.partner_id)
    }

    /// The chain in words.
    #[must_use]
    pub fn shown(&self) -> String {
        self.sellers.iter().map(|seller| format!("{} ({})", seller.partner_id, seller.tier)).collect::<Vec<_>>().join(" → ")
    }
}

impl Chain {
    /// The chain of a subscription, which may never have had one.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn of(desk: &Desk<'_>, subscription: &Name, tenant: &Name) -> Acted<Self> {
        let found = desk.find::<Self>(subscription.as_str())?;
        let mut chain = found.unwrap_or_else(|| Self {
            subscription_id: subscription.clone(),
            tenant_id: None,
            partner_id: None,
            sales: Spans::default(),
        });
        chain.tenant_id = Some(tenant.clone());
        Ok(chain)
    }

    /// Those who sell the subscription, or sold it last.
    #[must_use]
    pub fn last_sellers(&self) -> Vec<&Name> {
        self.sales.all().last().map(|span| span.held.sellers.iter().map(|seller| &seller.partner_id).collect()).unwrap_or_default()
    }

    /// Who sells the subscription on a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<&Sale> {
        self.sales.on(day).map(|span| &span.held)
    }
}

impl Entry for Chain {
    const REGISTER: &'static str = "chain";

    fn id(&self) -> String {
        self.subscription_id.to_string()
    }
}

impl Factual for Chain {
    type Row = Csp;

    const TABLE: &'static str = "csp";

    fn table(program: &Program) -> &Vec<Csp> {
        &program.csp
    }

    fn table_mut(program: &mut Program) -> &mut Vec<Csp> {
        &mut program.csp
    }

    fn id_of(row: &Csp) -> String {
        row.subscription_id.to_string()
    }

    /// Rows tell of sellers one by one; the chain of a day is all of those who sell on it.
    fn of_rows(rows: &[&Csp]) -> Self {
        let days: BTreeSet<Day> = rows.iter().flat_map(|row| [row.held().from, row.held().to]).collect();
        let mut spans: Vec<Span<Sale>> = Vec::new();
        for (from, to) in days.iter().zip(days.iter().skip(1)) {
            let on_day = rows.iter().filter(|row| row.held().holds_on(*from));
            let held = Sale::new(on_day.map(|row| Seller { tier: row.tier, partner_id: row.partner_id.clone() }));
            let to = (*to != Day::NEVER).then_some(*to);
            match spans.last_mut() {
                Some(last) if last.held == held && last.to == Some(*from) => last.to = to,
                _ if held.sellers.is_empty() => {}
                _ => spans.push(Span { from: *from, to, held }),
            }
        }
        let sales = Spans::of(spans);
        let partner_id = sales.open().and_then(|span| span.held.first().cloned());
        let subscription_id = rows.first().expect("an entry has a row").subscription_id.clone();
        Self { subscription_id, tenant_id: None, partner_id, sales }
    }

    fn rows(&self) -> Vec<Csp> {
        let row = |span: &Span<Sale>, seller: &Seller| Csp {
            subscription_id: self.subscription_id.clone(),
            partner_id: seller.partner_id.clone(),
            tier: seller.tier,
            from: span.from,
            to: span.to,
        };
        self.sales.all().iter().flat_map(|span| span.held.sellers.iter().map(move |seller| row(span, seller))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(partner: &str, tier: Tier, from: &str, to: Option<&str>) -> Csp {
        let day = |text: &str| text.parse().unwrap();
        Csp { subscription_id: Name::new("s"), partner_id: Name::new(partner), tier, from: day(from), to: to.map(day) }
    }

    #[test]
    fn rows_of_sellers_become_the_chains_of_days_and_rows_again() {
        let rows = [
            row("1", Tier::IndirectProvider, "2024-01-01", None),
            row("2", Tier::IndirectReseller, "2024-01-01", Some("2024-05-01")),
            row("3", Tier::IndirectReseller, "2024-05-01", None),
        ];
        let chain = Chain::of_rows(&rows.iter().collect::<Vec<_>>());
        let shown: Vec<String> = chain
            .sales
            .all()
            .iter()
            .map(|span| format!("{} {:?} {}", span.from, span.to.map(|day| day.to_string()), span.held.shown()))
            .collect();
        assert_eq!(
            shown,
            [
                "2024-01-01 Some(\"2024-05-01\") 1 (indirect-provider) → 2 (indirect-reseller)",
                "2024-05-01 None 1 (indirect-provider) → 3 (indirect-reseller)",
            ]
        );
        assert_eq!(Chain::of_rows(&chain.rows().iter().collect::<Vec<_>>()), chain);
        assert_eq!(chain.partner_id, Some(Name::new("1")));
    }
}
