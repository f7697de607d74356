//! Rights: who may do and see what. One set of policies (`rights/counterfoil.cedar`, with its schema) is asked by the API, the pages, the
//! jobs and the command line alike.
//!
//! Policies know roles, organisations, locations and what is somebody's own. What depends on the story of a thing (who voted, who wrote it)
//! is a rule of that thing: the four eyes of claims.

/// The policies, parsed, and how they are asked.
mod policies;

use std::collections::BTreeSet;

use crate::facts::Partner;
use crate::names::Name;
use crate::record::actor::{Actor, Identity, Organisation};
use crate::record::refusal::Refusal;
use crate::words::words;

words! {
    /// What somebody does or sees. The policies name these words.
    Act {
        /// Drafts, submits, answers, proves, disputes, withdraws and ends claims for a partner's location.
        ClaimFile = "claim-file",
        /// Accepts or declines a claim, or revokes its association, for the customer.
        ClaimConsent = "claim-consent",
        /// Says something about a claim.
        ClaimComment = "claim-comment",
        /// Reviews claims and votes on them.
        ClaimDecide = "claim-decide",
        /// Records that a milestone of a claim was reached.
        MilestoneRecord = "milestone-record",
        /// Lists who holds what.
        HoldingRead = "holding-read",
        /// Moves what a clock has run out for.
        ClockMove = "clock-move",
        /// Asks a customer to name a location its partner of record.
        RecordRequest = "record-request",
        /// Sets, changes or removes a customer's partner of record.
        RecordSet = "record-set",
        /// Makes, changes or removes the link of an identity.
        LinkKeep = "link-keep",
        /// Revokes or allows links in a tenant.
        LinkGovern = "link-govern",
        /// Links or unlinks a learning profile.
        ProfileKeep = "profile-keep",
        /// Sees the links of a person.
        ProfileRead = "profile-read",
        /// Invites people to link their learning profiles.
        PeopleInvite = "people-invite",
        /// Reports that a person has left, or takes that back.
        LeaverReport = "leaver-report",
        /// Ends the links of leavers whose day has come.
        LeaverSettle = "leaver-settle",
        /// Begins an enrolment in resale and goes on with it.
        EnrolmentKeep = "enrolment-keep",
        /// Closes an enrolment.
        EnrolmentClose = "enrolment-close",
        /// Admits, verifies or refuses enrolments.
        EnrolmentDecide = "enrolment-decide",
        /// Records who sells a subscription.
        ResaleRecord = "resale-record",
        /// Keeps partner accounts, customers, principals and subscriptions.
        RegisterKeep = "register-keep",
        /// Proposes, publishes and withdraws rulebooks.
        RulebookKeep = "rulebook-keep",
        /// Finds out what a partner ID stands for.
        PartnerLookUp = "partner-look-up",
        /// Keeps the users of an organisation.
        UserKeep = "user-keep",
        /// Issues and revokes the tokens of a user.
        TokenKeep = "token-keep",
        /// Names an identity that is not the user's own.
        IdentityVouch = "identity-vouch",
        /// Keeps the webhooks of an organisation.
        WebhookKeep = "webhook-keep",
        /// Reads the notices of an organisation.
        NoticeRead = "notice-read",
        /// Sees what waits to be decided.
        QueueSee = "queue-see",
        /// Lists all partners with their scores.
        PartnersList = "partners-list",
        /// Sees imports and what became of their rows.
        ImportsRead = "imports-read",
        /// Imports, undoes imports, closes months.
        ImportsKeep = "imports-keep",
        /// Reads the log.
        LogRead = "log-read",
        /// Sees an entry of a register.
        EntrySee = "entry-see",
        /// Sees a partner's scores and designations.
        ScoreRead = "score-read",
        /// Sees the customers and rows behind a partner's scores.
        ExplanationRead = "explanation-read",
        /// Sees usage that concerns a partner, also where no association of the partner covers it.
        UncoveredRead = "uncovered-read",
        /// Sees what customers' usage is worth in money.
        RevenueRead = "revenue-read",
        /// Sees who a partner's people are.
        PersonsRead = "persons-read",
    }
}

/// What an act is about: whose it is. Nobody's, when nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct On {
    /// The register, when it is an entry.
    register: String,
    /// The entry's id; what somebody may not see is refused as if it were not there.
    id: Option<String>,
    /// The global accounts that it is of.
    accounts: BTreeSet<Name>,
    /// The partner IDs that it is of: locations.
    locations: BTreeSet<Name>,
    /// The tenants that it is of.
    tenants: BTreeSet<Name>,
    /// Whether it is the operator's own.
    operates: bool,
    /// Whether it was not handed in yet.
    draft: bool,
    /// The user that it is about.
    user: Option<Name>,
    /// The identity that it is about.
    identity: Option<(Name, Name)>,
    /// The person that it is about.
    person: Option<Name>,
}

impl On {
    /// What is of the program as a whole.
    #[must_use]
    pub fn program() -> Self {
        Self { operates: true, ..Self::default() }
    }

    /// What is of a partner's global account as a whole.
    #[must_use]
    pub fn account(account: &Name) -> Self {
        Self { accounts: BTreeSet::from([account.clone()]), ..Self::default() }
    }

    /// What is of a location of a partner.
    #[must_use]
    pub fn partner(location: &Partner) -> Self {
        Self::default().and_location(&location.global_partner_id, &location.partner_id)
    }

    /// What is of a customer's tenant.
    #[must_use]
    pub fn tenant(tenant: &Name) -> Self {
        Self::default().and_tenant(tenant)
    }

    /// What is of an organisation as a whole.
    #[must_use]
    pub fn organisation(organisation: &Organisation) -> Self {
        match organisation {
            Organisation::Partner(account) => Self::account(account),
            Organisation::Customer(tenant) => Self::tenant(tenant),
            Organisation::Operator => Self::program(),
        }
    }

    /// The same, which is of a location too.
    #[must_use]
    pub fn and_location(mut self, account: &Name, location: &Name) -> Self {
        self.accounts.insert(account.clone());
        self.locations.insert(location.clone());
        self
    }

    /// The same, which is of a global account too.
    #[must_use]
    pub fn and_account(mut self, account: &Name) -> Self {
        self.accounts.insert(account.clone());
        self
    }

    /// The same, which is of a tenant too.
    #[must_use]
    pub fn and_tenant(mut self, tenant: &Name) -> Self {
        self.tenants.insert(tenant.clone());
        self
    }

    /// The same, which only users of one location may touch when they are limited to it.
    #[must_use]
    pub fn within(mut self, location: Option<&Name>) -> Self {
        self.locations.extend(location.cloned());
        self
    }

    /// The same as a kind of entry.
    #[must_use]
    pub fn in_register(mut self, register: &str) -> Self {
        register.clone_into(&mut self.register);
        self
    }

    /// The same as an entry: whoever may not see it is told that it is not there.
    #[must_use]
    pub fn entry(self, register: &str, id: impl ToString) -> Self {
        Self { id: Some(id.to_string()), ..self.in_register(register) }
    }

    /// The same as a draft, or not.
    #[must_use]
    pub fn draft(self, draft: bool) -> Self {
        Self { draft, ..self }
    }

    /// The same, which is a user's.
    #[must_use]
    pub fn of_user(self, user: &Name) -> Self {
        Self { user: Some(user.clone()), ..self }
    }

    /// The same, which is an identity's.
    #[must_use]
    pub fn of_identity(self, Identity { tenant_id, object_id }: &Identity) -> Self {
        Self { identity: Some((tenant_id.clone(), object_id.clone())), ..self }
    }

    /// The same, which is a person's.
    #[must_use]
    pub fn of_person(self, person: &Name) -> Self {
        Self { person: Some(person.clone()), ..self }
    }
}

/// Whether somebody may.
#[must_use]
pub fn allows(actor: &Actor, act: Act, on: &On) -> bool {
    policies::ask(actor, act, on).is_ok()
}

/// Refuses an act that the actor has no right to; `what` says what they may not do: "record this sale". The refusal says whom to ask.
///
/// # Errors
/// When no policy permits it: `role-missing`; or `unknown-id` when it is on an entry that the actor may not see.
pub fn must(actor: &Actor, act: Act, on: &On, what: &str) -> Result<(), Refusal> {
    let Err(who) = policies::ask(actor, act, on) else { return Ok(()) };
    if let Some(id) = on.id.as_deref().filter(|_| !allows(actor, Act::EntrySee, on)) {
        return Err(Refusal::unknown(&on.register, id));
    }
    Err(Refusal::forbidden("role-missing", format!("`{}` may not {what}", actor.user), format!("ask {who}")))
}

/// What is told in place of what somebody may not see: `hidden: ask an account admin of the partner`; nothing when they may. Whom to ask
/// is on their own side.
#[must_use]
pub fn hidden(actor: &Actor, act: Act, on: &On) -> Option<String> {
    let who = policies::ask(actor, act, on).err()?;
    let side = if matches!(actor.organisation, Some(Organisation::Operator)) { "of the operator" } else { "of the partner" };
    let own = who.split(", or ").find(|who| who.contains(side)).unwrap_or(&who);
    Some(format!("hidden: ask {own}"))
}

/// Whether somebody sees what the usage of a partner's customers is worth in money.
#[must_use]
pub fn sees_revenue(actor: &Actor, account: &Name) -> bool {
    allows(actor, Act::RevenueRead, &On::account(account))
}

/// Whether somebody sees who a partner's people are.
#[must_use]
pub fn sees_persons(actor: &Actor, account: &Name) -> bool {
    allows(actor, Act::PersonsRead, &On::account(account))
}
