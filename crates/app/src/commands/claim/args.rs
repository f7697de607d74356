//! What acts on claims take.

use std::path::PathBuf;

use domain::cells::Cell;
use domain::claims::drafts::Edits;
use domain::claims::{Contact, Product};
use domain::names::Name;
use domain::time::Day;
use domain::words::{Activity, Agreement, ClaimState};

use crate::clock;

/// Claims to be partner of record (CPOR), from the draft to the end of the association
///
/// A partner drafts a claim, adds proof and hands it in; its customer may opt out; two reviewers of the operator decide. Who claims what
/// another partner holds opens an arbitration. Each act names its user with `--as`.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples, by the partner:
  counterfoil claim activities --workload teams
  counterfoil claim new --partner 100204 --tenant TENANT --domain alpine.example \\
    --activity osu-m365 --product teams \\
    --customer-contact \"Carla Low <carla@alpine.example>\" \\
    --partner-contact \"Ann Dee <ann@northwind.example>\" --as ann
  counterfoil claim proof add claim-000012 statement.pdf --dated 2024-03-01 \\
    --shows tenant --shows workload --as ann
  counterfoil claim submit claim-000012 --as ann
  counterfoil claim show claim-000012

Examples, by reviewers:
  counterfoil claim list --state submitted
  counterfoil claim review claim-000012 --as rita
  counterfoil claim vote claim-000012 approve --as rita
  counterfoil claim arbitrate arbitration-000040 --for claim-000012 \\
    --reason greater-influence --as rita

Examples, by the customer:
  counterfoil claim accept claim-000012 --as gus
  counterfoil claim revoke claim-000012 --reason \"the project is over\" --as gus")]
pub enum ClaimCommand {
    /// Which activity to claim with: what it is for, what it asks for, what it feeds
    Activities(ChooseArgs),
    /// Claims, in the order of their ids
    List(ListArgs),
    /// A claim's whole story: what it lacks, its clocks, its proof, and who did what when
    Show(ClaimArgs),
    /// Who holds which workload or product, from when to when
    Holders(HoldersArgs),
    /// Draft a claim
    New(EditArgs),
    /// Change a draft, or what may change while an answer is asked for
    Edit(ClaimEditArgs),
    /// Draft a new claim with the fields of an old one, corrected; both stay linked
    Clone(ClaimEditArgs),
    /// Proof of execution
    #[command(subcommand)]
    Proof(ProofCommand),
    /// Hand a draft in
    Submit(ClaimArgs),
    /// Take a claim back, or delete a draft
    Withdraw(ReasonArgs),
    /// Take a claim into review
    Review(ClaimArgs),
    /// Ask the partner for more
    RequestInfo(InfoArgs),
    /// Answer what was asked for
    Answer(TextArgs),
    /// Say something about a claim
    Comment(TextArgs),
    /// Vote to approve or to reject; the second reviewer's vote that is alike decides
    Vote(VoteArgs),
    /// Dispute a rejection, once
    Dispute(TextArgs),
    /// Show an arbitration between two claims, or vote for one of them
    Arbitrate(ArbitrateArgs),
    /// Accept a claim, as its customer
    Accept(ClaimArgs),
    /// Decline a claim, as its customer, at any time
    Decline(ReasonArgs),
    /// End an association, as its customer
    Revoke(ReasonArgs),
    /// End an association, as its partner; says why
    End(ReasonArgs),
    /// Record that a milestone of the incentive was reached
    Milestone(MilestoneArgs),
    /// Move claims whose clocks have run out, and try waiting ones again
    Tick,
}

/// Proof of execution.
#[derive(Debug, clap::Subcommand)]
pub enum ProofCommand {
    /// Add a file as proof
    Add(ProofArgs),
    /// Write a proof into a file
    Get(GetProofArgs),
}

/// A claim.
#[derive(Debug, clap::Args)]
pub struct ClaimArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,
}

/// A claim, and why.
#[derive(Debug, clap::Args)]
pub struct ReasonArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,

    /// Why, for the other side and for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A claim, and what is said.
#[derive(Debug, clap::Args)]
pub struct TextArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,

    /// What to say
    #[arg(value_name = "TEXT")]
    pub text: String,
}

/// A claim, and what is asked for.
#[derive(Debug, clap::Args)]
pub struct InfoArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,

    /// What is missing, a reason code; may be given several times (`rulebook show cpor` lists them)
    #[arg(long = "reason", value_name = "CODE")]
    pub reasons: Vec<String>,

    /// What else, in words
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// A vote.
#[derive(Debug, clap::Args)]
pub struct VoteArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,

    /// What to vote for
    #[arg(value_name = "VERDICT")]
    pub verdict: VoteWord,

    /// Why a claim is rejected, a reason code (`rulebook show cpor` lists them)
    #[arg(long, value_name = "CODE", required_if_eq("verdict", "reject"))]
    pub reason: Option<String>,

    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// What a vote is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum VoteWord {
    /// The association is to hold
    Approve,
    /// It is not
    Reject,
}

/// An arbitration, and a vote.
#[derive(Debug, clap::Args)]
pub struct ArbitrateArgs {
    /// The arbitration
    #[arg(value_name = "ARBITRATION")]
    pub arbitration: String,

    /// The claim to vote for; without it the arbitration is shown
    #[arg(long = "for", value_name = "CLAIM", requires = "reason")]
    pub winner: Option<String>,

    /// Why, a reason code (`rulebook show cpor` lists them)
    #[arg(long, value_name = "CODE")]
    pub reason: Option<String>,

    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// A milestone.
#[derive(Debug, clap::Args)]
pub struct MilestoneArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,

    /// What was reached
    #[arg(value_name = "TEXT")]
    pub text: String,

    /// The day on which it was reached [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,
}

impl MilestoneArgs {
    /// The day on which it was reached.
    pub fn on(&self) -> Day {
        self.on.unwrap_or_else(clock::today)
    }
}

/// Which claims to list.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Those in a state
    #[arg(long, value_name = "STATE", value_parser = word::<ClaimState>)]
    pub state: Option<ClaimState>,

    /// Those of a partner location
    #[arg(long, value_name = "ID")]
    pub partner: Option<String>,

    /// Those on a customer's tenant
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
}

/// Whose holders to list.
#[derive(Debug, clap::Args)]
pub struct HoldersArgs {
    /// Those of a customer's tenant
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
}

/// What somebody wants to claim.
#[derive(Debug, clap::Args)]
pub struct ChooseArgs {
    /// The workload or product
    #[arg(long, value_name = "WORKLOAD")]
    pub workload: Option<String>,

    /// The agreement that it was bought under
    #[arg(long, value_name = "AGREEMENT", value_parser = word::<Agreement>)]
    pub agreement: Option<Agreement>,

    /// Only activities that can earn an incentive
    #[arg(long)]
    pub incentive: bool,

    /// Only activities that ask for no proof
    #[arg(long)]
    pub without_proof: bool,
}

/// A claim and its fields.
#[derive(Debug, clap::Args)]
pub struct ClaimEditArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,

    #[command(flatten)]
    pub edits: EditArgs,
}

/// The fields of a claim.
#[derive(Debug, clap::Args)]
pub struct EditArgs {
    /// A label of your own
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// The partner location's ID
    #[arg(long, value_name = "ID")]
    partner: Option<String>,

    /// The customer's tenant
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,

    /// A domain of the tenant
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,

    /// What is claimed; `claim activities` helps to choose
    #[arg(long, value_name = "ACTIVITY", value_parser = word::<Activity>)]
    activity: Option<Activity>,

    /// A workload, or a product of a subscription; may be given several times
    #[arg(long = "product", value_name = "WORKLOAD[@SUBSCRIPTION]")]
    products: Vec<String>,

    /// Whom to ask on the customer's side
    #[arg(long, value_name = "NAME <MAIL>", value_parser = contact)]
    customer_contact: Option<Contact>,

    /// Whom to ask on the partner's side
    #[arg(long, value_name = "NAME <MAIL>", value_parser = contact)]
    partner_contact: Option<Contact>,

    /// The seller's name, where the activity asks for it
    #[arg(long, value_name = "NAME")]
    seller: Option<String>,

    /// Your own product, where the activity asks for it
    #[arg(long, value_name = "NAME")]
    isv_product: Option<String>,

    /// Want the association without the incentive (`false` takes it back)
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    no_incentive: Option<bool>,
}

impl EditArgs {
    /// The fields that are given.
    pub fn edits(&self) -> Edits {
        let name = |text: &Option<String>| text.as_deref().and_then(Name::new_if_any);
        let product = |text: &String| match text.split_once('@') {
            Some((workload, subscription)) => Product::new(workload, Some(subscription)),
            None => Product::new(text, None),
        };
        Edits {
            name: self.name.clone(),
            partner_id: name(&self.partner),
            tenant_id: name(&self.tenant),
            domain: name(&self.domain),
            activity: self.activity,
            products: (!self.products.is_empty()).then(|| self.products.iter().map(product).collect()),
            customer_contact: self.customer_contact.clone(),
            partner_contact: self.partner_contact.clone(),
            seller: self.seller.clone(),
            isv_product: self.isv_product.clone(),
            incentive_opt_out: self.no_incentive,
        }
    }
}

/// A file that is proof.
#[derive(Debug, clap::Args)]
pub struct ProofArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,

    /// The file; any type
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The day that the proof itself is dated
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub dated: Option<Day>,

    /// Something that it shows, an item of the checklist; may be given several times (`claim show` tells what is missing)
    #[arg(long, value_name = "ITEM")]
    pub shows: Vec<String>,

    /// A workload that it is about, when not all; may be given several times
    #[arg(long = "workload", value_name = "WORKLOAD")]
    pub workloads: Vec<String>,
}

/// A proof to be written into a file.
#[derive(Debug, clap::Args)]
pub struct GetProofArgs {
    /// The claim
    #[arg(value_name = "CLAIM")]
    pub claim: String,

    /// The proof's hash, or the beginning of it
    #[arg(value_name = "HASH")]
    pub hash: String,

    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Commands on one claim: its id in the form in which ids are kept.
macro_rules! of_claim {
    ($($args:ty),*) => {$(
        impl $args {
            /// The claim's id.
            pub fn id(&self) -> String {
                Name::new(&self.claim).to_string()
            }
        }
    )*};
}
of_claim!(ClaimArgs, ReasonArgs, TextArgs, InfoArgs, MilestoneArgs, ClaimEditArgs, ProofArgs, GetProofArgs);

impl ReasonArgs {
    /// Why.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

fn word<W: Cell>(text: &str) -> Result<W, String> {
    W::read(text).map_err(|(message, cure)| format!("{message}; {cure}"))
}

fn contact(text: &str) -> Result<Contact, String> {
    let parts = text.trim().strip_suffix('>').and_then(|text| text.split_once('<'));
    let Some((name, email)) = parts.filter(|(name, email)| !name.trim().is_empty() && email.contains('@')) else {
        return Err(format!("`{text}` is no contact; expected `NAME <MAIL>`, as in `Carla Low <carla@alpine.example>`"));
    };
    Ok(Contact { name: name.trim().to_owned(), email: email.trim().to_owned(), title: None })
}
