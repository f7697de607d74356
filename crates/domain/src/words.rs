//! The closed lists of words that tables use.

use serde::{Deserialize, Serialize};

use crate::cells::{Cell, CellKind};

/// Declares an enum whose variants are words, spelled in kebab-case in files.
macro_rules! words {
    ($( $(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $word:literal, )* } $(=> $blank:ident)? )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name {
            $( $(#[$variant_doc])* #[serde(rename = $word)] $variant, )*
        }

        impl $name {
            /// Every word of the list, in order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The word as files spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::cells::Cell for $name {
            const KIND: $crate::cells::CellKind = $crate::cells::CellKind::Text;

            fn read(text: &str) -> Result<Self, (String, String)> {
                let word = Self::ALL.iter().copied().find(|word| word.as_str().eq_ignore_ascii_case(text));
                word.ok_or_else(|| $crate::words::unknown_word(text, &Self::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()))
            }

            $( fn blank() -> Option<Self> {
                Some(Self::$blank)
            } )?

            fn write(&self) -> Option<String> {
                Some(self.as_str().to_owned())
            }
        }

        $( impl Default for $name {
            fn default() -> Self {
                Self::$blank
            }
        } )?
    )*};
}

pub(crate) use words;

/// What to say of `text` where one of `known` was expected: the message and the cure.
#[must_use]
pub fn unknown_word(text: &str, known: &[&str]) -> (String, String) {
    let lower = text.to_lowercase();
    let nearest = known.iter().map(|word| (strsim::jaro_winkler(&lower, word), word)).max_by(|a, b| a.0.total_cmp(&b.0));
    let list = known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let message = format!("`{text}` is not one of {list}");
    match nearest {
        Some((likeness, word)) if likeness > 0.8 => (message, format!("did you mean `{word}`?")),
        _ => (message, format!("write one of {list}")),
    }
}

words! {
    /// What a partner account is.
    PartnerKind {
        /// A location: associations are made with its ID.
        Location = "location",
        /// The company: holds scores and designations.
        Global = "global",
    } => Location

    /// The cloud that a tenant lives in.
    Cloud {
        /// The public cloud.
        Public = "public",
        /// The cloud of China.
        China = "china",
        /// The cloud of the US Government.
        UsGovernment = "us-government",
    } => Public

    /// What a principal is.
    PrincipalKind {
        /// A user of the tenant's own directory.
        User = "user",
        /// A user of another directory.
        Guest = "guest",
        /// An application.
        ServicePrincipal = "service-principal",
        /// A group of principals; it cannot link.
        Group = "group",
        /// An identity of another tenant, by delegation.
        Delegated = "delegated",
    } => User

    /// What makes a principal the owner of a resource.
    Capacity {
        /// Owner of an app.
        Owner = "owner",
        /// Co-owner of an app.
        CoOwner = "co-owner",
        /// Creator of a flow.
        Creator = "creator",
        /// Publisher of a dataset.
        Publisher = "publisher",
        /// Last active user of an instance.
        LastActive = "last-active",
    }

    /// A partner's place in the chain that sells a subscription.
    Tier {
        /// Buys from the vendor, sells to the customer: tier 1.
        DirectBill = "direct-bill",
        /// Buys from the vendor, sells to resellers: tier 1.
        IndirectProvider = "indirect-provider",
        /// Buys from an indirect provider: tier 2.
        IndirectReseller = "indirect-reseller",
    }

    /// What a claim is about.
    Activity {
        /// Usage of Microsoft 365 workloads, incentive or association.
        OsuM365 = "osu-m365",
        /// Usage of Microsoft 365 workloads, association only.
        UsageAssociation = "usage-association",
        /// Presales of business applications; also makes a revenue association.
        Osa = "osa",
        /// Revenue association only.
        Revrec = "revrec",
        /// Usage of business applications.
        OsuBizapps = "osu-bizapps",
    }

    /// The state of a claim.
    ClaimState {
        /// Being written.
        Draft = "draft",
        /// Handed in.
        Submitted = "submitted",
        /// With the reviewers.
        UnderReview = "under-review",
        /// The partner has to answer.
        ActionRequired = "action-required",
        /// Approved: the association holds.
        Approved = "approved",
        /// Held, and over.
        Ended = "ended",
        /// Refused; may be disputed once.
        Rejected = "rejected",
        /// Refused for good.
        RejectedFinal = "rejected-final",
        /// The refusal is being disputed.
        Dispute = "dispute",
        /// Taken back by the partner.
        Withdrawn = "withdrawn",
        /// A competing claim won.
        Superseded = "superseded",
    }

    /// The licence agreement of a subscription.
    Agreement {
        /// Enterprise agreement.
        Ea = "ea",
        /// Campus and school agreement, enrolment for education solutions.
        CasaEes = "casa-ees",
        /// Web direct (MOSA).
        WebDirect = "web-direct",
        /// Products and services agreement.
        Mpsa = "mpsa",
        /// Customer agreement.
        Mca = "mca",
        /// Sold by a CSP, legacy.
        CspLegacy = "csp-legacy",
        /// Sold by a CSP, Azure plan and new commerce.
        CspModern = "csp-modern",
    }

    /// The span of time that a consumption row is of.
    Grain {
        /// One day.
        Day = "day",
        /// One month.
        Month = "month",
    } => Day
}

/// `true` or `false`; blank is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Flag(pub bool);

impl Default for Flag {
    fn default() -> Self {
        Self(true)
    }
}

impl Cell for Flag {
    const KIND: CellKind = CellKind::Flag;

    fn read(text: &str) -> Result<Self, (String, String)> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Self(true)),
            "false" | "no" | "0" => Ok(Self(false)),
            _ => Err((format!("`{text}` is neither true nor false"), "write `true` or `false`".to_owned())),
        }
    }

    fn blank() -> Option<Self> {
        Some(Self(true))
    }

    fn write(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_gets_the_nearest_one() {
        let (message, cure) = <Activity as Cell>::read("osu-m356").unwrap_err();
        assert!(message.contains("`osu-m356` is not one of `osu-m365`"));
        assert_eq!(cure, "did you mean `osu-m365`?");
    }
}
