//! What a claim is made of.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::incentives::Incentive;
use crate::facts::{self, Program};
use crate::names::Name;
use crate::record::entry::Entry;
use crate::record::factual::Factual;
use crate::time::{Day, Interval};
use crate::words::{Activity, ClaimState};

/// A claim to be partner of record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Claim {
    /// The claim's id.
    pub claim_id: Name,
    /// A label of the partner's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The partner location.
    pub partner_id: Name,
    /// The customer's tenant.
    pub tenant_id: Name,
    /// A domain of the tenant, so that a wrong tenant ID does not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Name>,
    /// What is claimed.
    pub activity: Activity,
    /// The workloads or products.
    pub products: Vec<Product>,
    /// Whom to ask on the customer's side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_contact: Option<Contact>,
    /// Whom to ask on the partner's side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_contact: Option<Contact>,
    /// The seller's name, where the activity asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The partner's own product, where the activity asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isv_product: Option<String>,
    /// Whether the partner wants the association without the incentive.
    #[serde(default)]
    pub incentive_opt_out: bool,
    /// The claim's state.
    pub state: ClaimState,
    /// The users who wrote it: none of them decides on it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub authors: BTreeSet<Name>,
    /// The day on which the draft was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_on: Option<Day>,
    /// The day on which the partner handed it in; incentives go by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_on: Option<Day>,
    /// The first day on which it holds anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_on: Option<Day>,
    /// The first day on which it holds nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Day>,
    /// While it waits for a subscription that is not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// The clocks that run, by their names in the rulebook.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clocks: BTreeMap<Name, Running>,
    /// Proof of execution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// What the partner is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<InfoRequest>,
    /// The day on which the customer accepted, by word or by silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_on: Option<Day>,
    /// Votes of the question that is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<Vote>,
    /// Decisions taken, with their votes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
    /// The day on which the rejection was disputed; once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed_on: Option<Day>,
    /// Competing claims: its arbitrations, open and decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arbitrations: Vec<Name>,
    /// The claim that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Name>,
    /// The claims that correct this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected_by: Vec<Name>,
    /// What was found about the incentive on submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incentive: Option<Incentive>,
}

/// A workload of the tenant, or a product of a subscription, and when the claim holds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The workload or product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Name>,
    /// The subscription, where the activity is claimed per subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<Name>,
    /// The first day on which the claim holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_from: Option<Day>,
    /// The first day on which it does not any more; without a first day: it was lost before it was held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_to: Option<Day>,
}

impl Product {
    /// A product that is wanted.
    #[must_use]
    pub fn new(workload: &str, subscription: Option<&str>) -> Self {
        let subscription_id = subscription.and_then(Name::new_if_any);
        Self { workload: Name::new_if_any(workload), subscription_id, held_from: None, held_to: None }
    }

    /// The days on which the claim holds it.
    #[must_use]
    pub fn held(&self) -> Option<Interval> {
        self.held_from.map(|from| Interval::new(from, self.held_to))
    }

    /// Whether the claim still wants it and does not hold it yet.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.held_from.is_none() && self.held_to.is_none()
    }

    /// The product in a few words.
    #[must_use]
    pub fn shown(&self) -> String {
        let workload = self.workload.as_ref().map_or("any product", Name::as_str);
        self.subscription_id.as_ref().map_or_else(|| workload.to_owned(), |subscription| format!("{workload} of {subscription}"))
    }
}

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The person's name.
    pub name: String,
    /// The person's mail address.
    pub email: String,
    /// What the person does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Proof of execution: what is known of a file; the file itself is kept elsewhere under its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Proof {
    /// The file's name, a label.
    pub name: String,
    /// The type of its content, such as `application/pdf`.
    pub media_type: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The hash of its content, SHA-256, hexadecimal.
    pub sha256: String,
    /// The day that the proof itself is dated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated_on: Option<Day>,
    /// The workloads that it is about; empty: all of the claim's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub workloads: BTreeSet<Name>,
    /// What it shows: items of the rulebook's checklist.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub shows: BTreeSet<Name>,
    /// The day on which it was added.
    pub added_on: Day,
    /// Who added it.
    pub added_by: Name,
}

/// A side of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The partner.
    Partner,
    /// The customer.
    Customer,
    /// The operator.
    Operator,
}

/// Something said about a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Comment {
    /// When.
    pub on: Day,
    /// By whom.
    pub by: Name,
    /// For which side.
    pub side: Side,
    /// What.
    pub text: String,
}

/// What the partner is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct InfoRequest {
    /// Reason codes of the rulebook.
    pub reasons: Vec<Name>,
    /// What else, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who asks.
    pub by: Name,
    /// Since when.
    pub on: Day,
}

/// A claim that waits for a subscription that is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Waiting {
    /// The day on which it was handed in.
    pub since: Day,
    /// The last day on which it is tried again.
    pub until: Day,
    /// The subscription that it waits for.
    pub subscription_id: Name,
}

/// A clock that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Running {
    /// The day on which it was started.
    pub started_on: Day,
    /// The last day that is in time.
    pub due_on: Day,
}

/// What a reviewer votes for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// The claim is approved.
    Approve,
    /// The claim is rejected.
    Reject {
        /// A reason code of the rulebook.
        reason: Name,
    },
    /// One of two competing claims wins.
    For {
        /// The claim.
        claim_id: Name,
        /// A reason code of the rulebook.
        reason: Name,
    },
}

/// A reviewer's vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Vote {
    /// The reviewer.
    pub by: Name,
    /// When.
    pub on: Day,
    /// For what.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A decision, with all votes that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Decision {
    /// When.
    pub on: Day,
    /// What.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Every vote, those that said otherwise too.
    pub votes: Vec<Vote>,
}

/// Why a claim was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rejection {
    /// A reason code of the rulebook.
    pub reason: Name,
    /// When.
    pub on: Day,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Entry for Claim {
    const REGISTER: &'static str = "claim";

    fn id(&self) -> String {
        self.claim_id.to_string()
    }
}

impl Factual for Claim {
    type Row = facts::Claim;

    const TABLE: &'static str = "claims";

    fn table(program: &Program) -> &Vec<facts::Claim> {
        &program.claims
    }

    fn table_mut(program: &mut Program) -> &mut Vec<facts::Claim> {
        &mut program.claims
    }

    fn id_of(row: &facts::Claim) -> String {
        row.claim_id.to_string()
    }

    fn of_rows(rows: &[&facts::Claim]) -> Self {
        let row = *rows.last().expect("an entry has a row");
        let state = row.state.unwrap_or(match (row.approved_on, row.submitted_on) {
            (Some(_), _) => ClaimState::Approved,
            (None, Some(_)) => ClaimState::Submitted,
            (None, None) => ClaimState::Draft,
        });
        let product = |row: &&facts::Claim| {
            let held = row.held();
            Product {
                workload: row.workload.clone(),
                subscription_id: row.subscription_id.clone(),
                held_from: held.map(|days| days.from),
                held_to: held.and(row.ended_on),
            }
        };
        Self {
            approved_on: row.approved_on,
            ended_on: row.ended_on,
            submitted_on: row.submitted_on,
            products: rows.iter().map(product).collect(),
            ..Self::new(row.claim_id.clone(), row.partner_id.clone(), row.tenant_id.clone(), row.activity, state)
        }
    }

    fn rows(&self) -> Vec<facts::Claim> {
        let row = |product: &Product| facts::Claim {
            claim_id: self.claim_id.clone(),
            partner_id: self.partner_id.clone(),
            tenant_id: self.tenant_id.clone(),
            activity: self.activity,
            workload: product.workload.clone(),
            subscription_id: product.subscription_id.clone(),
            submitted_on: self.submitted_on,
            approved_on: product.held_from,
            ended_on: product.held_to,
            state: Some(match self.state {
                ClaimState::Approved if product.held_to.is_some() => ClaimState::Ended,
                ClaimState::Approved if product.is_wanted() => ClaimState::UnderReview,
                state => state,
            }),
        };
        self.products.iter().map(row).collect()
    }
}

impl Claim {
    /// A claim of which only this is known.
    #[must_use]
    pub fn new(claim_id: Name, partner_id: Name, tenant_id: Name, activity: Activity, state: ClaimState) -> Self {
        Self {
            claim_id,
            name: String::new(),
            partner_id,
            tenant_id,
            domain: None,
            activity,
            products: Vec::new(),
            customer_contact: None,
            partner_contact: None,
            seller: None,
            isv_product: None,
            incentive_opt_out: false,
            state,
            authors: BTreeSet::new(),
            created_on: None,
            submitted_on: None,
            approved_on: None,
            ended_on: None,
            waiting: None,
            clocks: BTreeMap::new(),
            proofs: Vec::new(),
            comments: Vec::new(),
            asked: None,
            accepted_on: None,
            votes: Vec::new(),
            decisions: Vec::new(),
            rejection: None,
            disputed_on: None,
            arbitrations: Vec::new(),
            corrects: None,
            corrected_by: Vec::new(),
            incentive: None,
        }
    }

    /// The latest day on which something is known to have happened to it.
    #[must_use]
    pub fn last_activity(&self) -> Option<Day> {
        let said = self.comments.iter().map(|comment| comment.on).chain(self.proofs.iter().map(|proof| proof.added_on));
        let decided = self.decisions.iter().map(|decision| decision.on).chain(self.rejection.iter().map(|rejection| rejection.on));
        let running = self.clocks.values().map(|clock| clock.started_on).chain(self.asked.iter().map(|asked| asked.on));
        let own = [self.created_on, self.submitted_on, self.approved_on, self.accepted_on, self.disputed_on, self.ended_on];
        own.into_iter().flatten().chain(said).chain(decided).chain(running).max()
    }

    /// The clock that runs out first: its name, and the last day that is in time.
    #[must_use]
    pub fn next_clock(&self) -> Option<(&Name, Day)> {
        self.clocks.iter().map(|(name, clock)| (name, clock.due_on)).min_by_key(|(_, due_on)| *due_on)
    }
}
