//! The rules of imports: which rows of a file count, and which of its columns is the amount.
//!
//! A format of the engine reads a row's properties from its columns; the first rule of the format that fits decides.

use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::rulebook::Sourced;

/// The formats whose rows are judged by rules: each has a file in `imports/`.
pub const JUDGED: [&str; 11] = [
    "azure-cost-ea",
    "azure-cost-mca-partner",
    "csp-daily-rated-usage",
    "focus",
    "partner-center-azure-usage",
    "partner-center-bizapps-revenue",
    "partner-center-bizapps-usage",
    "partner-center-cpor-usage",
    "partner-center-ems-usage",
    "partner-center-office-usage",
    "partner-center-training-completions",
];

/// Declares the properties of a row: the conditions on them, and a row that has them.
macro_rules! properties {
    ($( $(#[$doc:meta])* $name:ident, )*) => {
        /// What a row must be like. Each property that is named must be one of the texts: equal without regard to case, or
        /// with `*` at either end for anything; `""` stands for a blank cell.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Condition {
            $( $(#[$doc])* #[serde(default, skip_serializing_if = "Vec::is_empty")] pub $name: Vec<String>, )*
        }

        impl Condition {
            /// Whether a row is like this.
            #[must_use]
            pub fn holds(&self, row: &Properties<'_>) -> bool {
                $( (self.$name.is_empty() || self.$name.iter().any(|pattern| fits(pattern, row.$name))) && )* true
            }
        }

        /// The properties of a row; blank where the file does not tell.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Properties<'a> {
            $( $(#[$doc])* pub $name: &'a str, )*
        }

        /// The properties of an example.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct ExampleRow {
            $( $(#[$doc])* #[serde(default, skip_serializing_if = "String::is_empty")] pub $name: String, )*
        }

        impl ExampleRow {
            /// The example as a row.
            #[must_use]
            pub fn properties(&self) -> Properties<'_> {
                Properties { $( $name: &self.$name, )* }
            }
        }
    };
}

properties! {
    /// Who provides the service.
    provider,
    /// What is charged: `Usage`, `Purchase`, `Tax`, …
    charge_type,
    /// How it is priced: `OnDemand`, `Reservation`, `SavingsPlan`, `Spot`.
    pricing_model,
    /// Who publishes the product.
    publisher,
    /// What kind of publisher that is: `Azure`, `Marketplace`, …
    publisher_type,
    /// How often it is charged: `UsageBased`, `OneTime`, `Recurring`.
    frequency,
    /// The sign of the amount, or of what was used: `zero`, `positive` or `negative`; blank when there is none.
    cost,
    /// Through which association the vendor shows the row.
    attribution,
    /// The file's own mark of a row that repeats another: `0`, `1`, `false`, `true`.
    duplicate,
    /// Whether a commitment was used: `Used` or `Unused`.
    commitment_status,
    /// Whether the row is of a paid, a free or a trial subscription.
    metric_type,
    /// What was learned: `Certification`, `Exam`, …
    training_type,
    /// The certification of the rulebook that a title stands for; blank when there is none.
    certification,
}

/// What a rule does with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The row counts.
    Counts,
    /// The row is left out, and the rule is told.
    Ignored,
}

/// A rule: the first one that fits a row decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRule {
    /// The rule's name, as the ledger tells it.
    pub rule: Name,
    /// What becomes of the row.
    pub verdict: Verdict,
    /// What the row must be like; nothing: anything.
    #[serde(default)]
    pub when: Condition,
    /// What it must not be like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<Condition>,
    /// Where the rule comes from.
    pub source: String,
    /// Where sources leave a choice: the reading taken, and the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// What else a reader should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl ImportRule {
    /// Whether the rule fits a row.
    #[must_use]
    pub fn fits(&self, row: &Properties<'_>) -> bool {
        self.when.holds(row) && !self.unless.as_ref().is_some_and(|unless| unless.holds(row))
    }
}

/// A kind of column that an amount can stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AmountColumn {
    /// The cost in US dollars, as the file has it.
    CostInUsd,
    /// The cost at pay-as-you-go prices in US dollars, as the file has it.
    PaygCostInUsd,
    /// The cost in the currency of the price list.
    CostInPricingCurrency,
    /// The cost in the currency of the bill.
    CostInBillingCurrency,
}

/// A worked example: a row, and the rule that decides on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportExample {
    /// The example as a sentence.
    pub name: String,
    /// The row.
    pub row: ExampleRow,
    /// The rule that decides.
    pub rule: Name,
}

/// The rules of one format. Files: `imports/*.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRules {
    /// What the rules are about.
    pub title: String,
    /// The columns that the amount is taken from, the preferred one first: the first that is not blank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Sourced<Vec<AmountColumn>>>,
    /// The rules in order; the last one fits every row.
    pub rules: Vec<ImportRule>,
    /// Worked examples, at least one for each rule.
    pub examples: Vec<ImportExample>,
}

impl ImportRules {
    /// The rule that decides on a row.
    #[must_use]
    pub fn judge(&self, row: &Properties<'_>) -> Option<&ImportRule> {
        self.rules.iter().find(|rule| rule.fits(row))
    }
}

/// Whether a text is like a pattern.
fn fits(pattern: &str, text: &str) -> bool {
    let core = pattern.trim_start_matches('*').trim_end_matches('*');
    match (core.len() < pattern.len() && pattern.starts_with('*'), core.len() < pattern.len() && pattern.ends_with('*')) {
        (false, false) => text.eq_ignore_ascii_case(pattern),
        (true, false) => text.len() >= core.len() && text.as_bytes()[text.len() - core.len()..].eq_ignore_ascii_case(core.as_bytes()),
        (false, true) => text.len() >= core.len() && text.as_bytes()[..core.len()].eq_ignore_ascii_case(core.as_bytes()),
        (true, true) => core.is_empty() || text.as_bytes().windows(core.len()).any(|part| part.eq_ignore_ascii_case(core.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_may_leave_either_end_open() {
        for (pattern, text, expected) in [
            ("usage", "Usage", true),
            ("usage", "UnusedUsage", false),
            ("*usage", "UnusedUsage", true),
            ("unused*", "UnusedUsage", true),
            ("*soft*", "Microsoft Corp", true),
            ("*soft*", "Acme", false),
            ("", "", true),
            ("", "x", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides_and_unless_keeps_rows_out_of_it() {
        let rules: ImportRules = toml::from_str(
            r#"
            title = "t"
            rules = [
              { rule = "tax", verdict = "ignored", when = { charge_type = ["tax"] }, source = "s" },
              { rule = "strange", verdict = "ignored", unless = { publisher = ["azure", ""] }, source = "s" },
              { rule = "usage", verdict = "counts", source = "s" },
            ]
            examples = []
            "#,
        )
        .unwrap();
        let rule =
            |charge_type, publisher| rules.judge(&Properties { charge_type, publisher, ..Properties::default() }).unwrap().rule.to_string();
        assert_eq!(rule("Tax", "Acme"), "tax");
        assert_eq!(rule("Usage", "Acme"), "strange");
        assert_eq!(rule("Usage", "Azure"), "usage");
        assert_eq!(rule("Usage", ""), "usage");
    }
}
