//! What is hidden from somebody's role: told in place of figures and names, with whom to ask.

use domain::amount::Amount;
use domain::explain::Node;
use domain::fraction::Fraction;
use domain::record::actor::Actor;
use domain::rights::{self, Act, On};

use crate::pages::show;

/// What is hidden from a reader; nothing where they may see it.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    /// What is told in place of what customers' usage is worth in money.
    pub revenue: Option<String>,
    /// What is told in place of people.
    pub persons: Option<String>,
}

impl Hidden {
    /// What is hidden from an actor.
    #[must_use]
    pub fn from(actor: &Actor, on: &On) -> Self {
        let told = |act| rights::hidden(actor, act, on);
        Self { revenue: told(Act::RevenueRead), persons: told(Act::PersonsRead) }
    }

    /// Dollars within a sentence.
    #[must_use]
    pub fn money(&self, amount: Amount) -> String {
        if self.revenue.is_some() { "a hidden amount".to_owned() } else { show::money(amount) }
    }

    /// Puts whom to ask in place of the sum of a table's amounts, where that is dollars; nothing stays nothing.
    pub fn mask_sum(&self, table: &str, sum: &mut String) {
        if let Some(told) = self.revenue.as_ref().filter(|_| table != "workload_usage" && !sum.is_empty() && sum != "0") {
            sum.clone_from(told);
        }
    }

    /// A value with its unit.
    #[must_use]
    pub fn quantity(&self, value: &Fraction, unit: &str) -> String {
        if self.revenue.is_some() && unit == "dollars" { "a hidden amount".to_owned() } else { show::quantity(value, unit) }
    }

    /// The arithmetic of a metric or of a part of one; where it is with hidden dollars, whom to ask.
    #[must_use]
    pub fn arithmetic<'n>(&'n self, node: &'n Node) -> Option<&'n str> {
        let is_money = || node.is_money("") || node.children.iter().any(|child| child.is_money(node.unit_within("")));
        let told = self.revenue.as_deref().filter(|_| is_money());
        node.arithmetic.as_deref().map(|arithmetic| told.unwrap_or(arithmetic))
    }

    /// What a reader must know beside the number of a node, without what names people.
    pub fn notes<'n>(&self, node: &'n Node) -> impl Iterator<Item = &'n String> + use<'n> {
        let on_people = if self.persons.is_some() { &[] } else { node.notes_on_people.as_slice() };
        node.notes.iter().chain(on_people)
    }

    /// An association in words, without whose link it is.
    #[must_use]
    pub fn association(&self, told: &str) -> String {
        const LINK: &str = "link of ";
        let Some((before, rest)) = told.split_once(LINK).filter(|_| self.persons.is_some()) else { return told.to_owned() };
        let since = rest.find(" since ").map_or("", |at| &rest[at..]);
        format!("{before}{LINK}somebody (hidden){since}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_told_without_whose_it_is() {
        let hidden = Hidden { persons: Some("hidden: ask an account admin".to_owned()), ..Hidden::default() };
        assert_eq!(
            hidden.association("link of p-ana since 2023-03-01, Contributor"),
            "link of somebody (hidden) since 2023-03-01, Contributor"
        );
        assert_eq!(hidden.association("link of Ana Low"), "link of somebody (hidden)");
        assert_eq!(hidden.association("claim C-1 on teams"), "claim C-1 on teams");
        assert_eq!(Hidden::default().association("link of p-ana"), "link of p-ana");
    }
}
