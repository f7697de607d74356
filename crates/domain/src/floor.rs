//! The revenue floor of direct-bill partners: what a partner's resale was worth in the trailing months, as facts tell it.

use std::collections::BTreeMap;

use crate::amount::Amount;
use crate::enrolment::checks::Floor;
use crate::facts::Revenue;
use crate::lines::LineKey;
use crate::names::Name;
use crate::register::Register;
use crate::time::Month;

/// The revenue of an account in the months that end with `month`: consumption credited to it in the rulebook's place of the chain, each
/// row once, and revenue of the subscriptions that it sells in that place.
#[must_use]
pub fn measure<'l>(
    register: &Register<'_>,
    lines: impl IntoIterator<Item = (&'l LineKey, &'l Amount)>,
    revenue: &[Revenue],
    account: &Name,
    month: Month,
) -> Floor {
    let rules = &register.rulebook.associations.csp;
    let tier = rules.revenue_floor_tier.value;
    let count = i32::try_from(rules.revenue_floor_months.value).unwrap_or(i32::MAX);
    let mut months: BTreeMap<Month, Amount> = month.trailing(count).map(|month| (month, Amount::ZERO)).collect();
    let attach = rules.tiers.get(&tier).map(|tier| tier.value);
    for (line, amount) in lines {
        if line.account == *account
            && Some(line.attach) == attach
            && !line.duplicate_in_attach
            && let Some(sum) = months.get_mut(&line.month)
        {
            *sum += *amount;
        }
    }
    let is_own = |id: &Name| {
        let location = register.partners.location(id);
        location.is_some_and(|location| register.partners.account_id(register.partners.account_of(location)) == account)
    };
    for row in revenue {
        let Some(subscription) = &row.subscription_id else { continue };
        let chain = register.chain(subscription, month);
        let sells = chain.is_some_and(|chain| {
            let in_place = chain.rows.iter().any(|seller| seller.tier == tier && is_own(&seller.partner_id));
            in_place && chain.held.holds_on(row.month.last_day())
        });
        if let Some(sum) = months.get_mut(&row.month).filter(|_| sells) {
            *sum += row.revenue_usd;
        }
    }
    Floor::of(months.into_iter().collect())
}
