//! Reason codes: why a row, a customer or a person does not count, and what would cure it.

use serde::Serialize;

/// Why something does not count: the first condition that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The usage lies before the association.
    BeforeAssociation,
    /// The association had ended.
    Ended,
    /// A link whose principal holds no role.
    LinkWithoutRole,
    /// The role is not one that counts.
    RoleNotEligible,
    /// Roles are held, but not on a scope that covers the usage.
    ScopeEmpty,
    /// The tenant's cloud is excluded for this attach type.
    CloudExcluded,
    /// The linked principal was deleted, or is a group.
    IdentityGone,
    /// The offer is no consumption that counts.
    OfferExcluded,
    /// The service or workload is not one of the area's.
    ServiceNotInArea,
    /// The area does not accept the attach type.
    TypeNotAccepted,
    /// The association names an ID that cannot be credited: unknown, global or closed.
    IdNotEligible,
    /// Another partner holds the exclusive association.
    HeldByAnother,
    /// The claim was never approved, or is not any more.
    ClaimNotApproved,
    /// No association of the partner concerns the row.
    NoAssociation,
    /// The customer is under the rule's minimum.
    BelowThreshold,
    /// The customer is outside the track's range of seats.
    NotInTrack,
    /// The association does not cover the workload in the month.
    NotCovered,
    /// Too few of the paid seats are active.
    NotActive,
    /// The workload was already active when the association began.
    AlreadyPassing,
    /// The service is left out by the rule.
    ServiceExcluded,
    /// The certificate has expired.
    Expired,
    /// The certification is retired and its grace is over.
    RetiredAfterGrace,
    /// The certification does not score on this day.
    NotOnList,
    /// A gate is not met, so the scoring step counts nothing.
    GateNotMet,
}

impl Reason {
    /// The code: lower case with hyphens.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BeforeAssociation => "before-association",
            Self::Ended => "ended",
            Self::LinkWithoutRole => "link-without-role",
            Self::RoleNotEligible => "role-not-eligible",
            Self::ScopeEmpty => "scope-empty",
            Self::CloudExcluded => "cloud-excluded",
            Self::IdentityGone => "identity-gone",
            Self::OfferExcluded => "offer-excluded",
            Self::ServiceNotInArea => "service-not-in-area",
            Self::TypeNotAccepted => "area-not-eligible-for-type",
            Self::IdNotEligible => "wrong-id-type",
            Self::HeldByAnother => "held-by-another",
            Self::ClaimNotApproved => "claim-not-approved",
            Self::NoAssociation => "no-association",
            Self::BelowThreshold => "below-threshold",
            Self::NotInTrack => "not-in-track",
            Self::NotCovered => "not-covered",
            Self::NotActive => "not-active",
            Self::AlreadyPassing => "already-passing",
            Self::ServiceExcluded => "service-excluded",
            Self::Expired => "expired",
            Self::RetiredAfterGrace => "retired-after-grace",
            Self::NotOnList => "not-on-list",
            Self::GateNotMet => "gate-not-met",
        }
    }

    /// What went wrong, and what would cure it, as a sentence for the partner.
    #[must_use]
    pub const fn cure(self) -> &'static str {
        match self {
            Self::BeforeAssociation => "the usage lies before the association began; nothing earlier is ever credited",
            Self::Ended => "the association had ended; associate again to be credited from then on",
            Self::LinkWithoutRole => "the linked identity holds no role on that day; ask the customer for a role on the resources",
            Self::RoleNotEligible => "the role does not count; ask the customer for another one",
            Self::ScopeEmpty => {
                "the linked identity's roles do not reach this resource; ask for a role on its subscription or resource group"
            }
            Self::CloudExcluded => "links give nothing in this tenant's cloud; use another association type",
            Self::IdentityGone => "the linked identity was deleted or is a group; link another identity",
            Self::OfferExcluded => "this offer is not consumption that counts; nothing to do",
            Self::ServiceNotInArea => "this service does not count for the area; nothing to do",
            Self::TypeNotAccepted => "the area does not accept this kind of association; add one of the kinds that it accepts",
            Self::IdNotEligible => "the association names an unknown, global or closed ID; make it again with an open location ID",
            Self::HeldByAnother => "another partner holds this association; ask the customer, or claim with better proof",
            Self::ClaimNotApproved => "the claim is not approved; answer the reviewers, or claim again",
            Self::NoAssociation => "no association of yours concerns this usage; link, claim or ask to be partner of record",
            Self::BelowThreshold => "the customer is under the minimum; more usage makes it count",
            Self::NotInTrack => "the customer's paid seats are outside the track's range; the other track may count it",
            Self::NotCovered => "the association does not cover this workload in the month; claim it",
            Self::NotActive => "too few of the paid seats are active; drive adoption",
            Self::AlreadyPassing => "the workload was already active when the association began; it is not yours to count",
            Self::ServiceExcluded => "the rule leaves this service out; deploy another one",
            Self::Expired => "the certificate has expired; renew it",
            Self::RetiredAfterGrace => "the certification is retired and its grace is over; earn its successor",
            Self::NotOnList => "the certification does not score on this day; earn one that does",
            Self::GateNotMet => "the step counts only when every gate is met; certify more people for the gate",
        }
    }
}
