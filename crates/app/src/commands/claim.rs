//! `claim`: claims to be partner of record, from the draft to the end of the association.

/// What acts take.
mod args;

/// Acts on claims.
mod acting;

/// Which activity to choose.
mod choosing;

/// Claims and their stories, told.
mod showing;

use anyhow::Result;
use domain::claims::Verdict;
use domain::names::Name;

use crate::cli::Setting;
use crate::problem::Exit;

pub use args::ClaimCommand;
use args::{ProofCommand, VoteWord};

/// Does what a command asks.
///
/// # Errors
/// When there is no home, the act is refused, or a file cannot be read or written.
pub fn run(command: &ClaimCommand, setting: &Setting) -> Result<Exit> {
    use acting::act;
    use domain::claims::{drafts, endings, incentives, reviews, submissions};

    match command {
        ClaimCommand::Activities(args) => choosing::activities(args, setting),
        ClaimCommand::List(args) => showing::list(args, setting),
        ClaimCommand::Show(args) => showing::show(&args.claim, setting),
        ClaimCommand::Holders(args) => showing::holders(args, setting),
        ClaimCommand::New(args) => acting::new(args, setting),
        ClaimCommand::Edit(args) => act(setting, |desk| drafts::edit(desk, &args.id(), &args.edits.edits())),
        ClaimCommand::Clone(args) => act(setting, |desk| drafts::clone_and_correct(desk, &args.id(), &args.edits.edits())),
        ClaimCommand::Submit(args) => act(setting, |desk| submissions::submit(desk, &args.id())),
        ClaimCommand::Withdraw(args) => act(setting, |desk| submissions::withdraw(desk, &args.id(), args.reason())),
        ClaimCommand::Review(args) => act(setting, |desk| reviews::start(desk, &args.id())),
        ClaimCommand::RequestInfo(args) => {
            let reasons: Vec<Name> = args.reasons.iter().map(|reason| Name::new(reason)).collect();
            act(setting, |desk| reviews::request_information(desk, &args.id(), &reasons, args.note.as_deref()))
        }
        ClaimCommand::Answer(args) => act(setting, |desk| reviews::answer(desk, &args.id(), &args.text)),
        ClaimCommand::Comment(args) => act(setting, |desk| drafts::comment(desk, &args.id(), &args.text)),
        ClaimCommand::Dispute(args) => act(setting, |desk| reviews::dispute(desk, &args.id(), &args.text)),
        ClaimCommand::Vote(args) => {
            let verdict = match args.verdict {
                VoteWord::Approve => Verdict::Approve,
                VoteWord::Reject => Verdict::Reject { reason: Name::new(args.reason.as_deref().unwrap_or_default()) },
            };
            acting::vote(&Name::new(&args.claim), &verdict, args.note.as_deref(), setting)
        }
        ClaimCommand::Arbitrate(args) => acting::arbitrate(args, setting),
        ClaimCommand::Accept(args) => act(setting, |desk| endings::accept(desk, &args.id())),
        ClaimCommand::Decline(args) => act(setting, |desk| endings::decline(desk, &args.id(), args.reason())),
        ClaimCommand::Revoke(args) => act(setting, |desk| endings::revoke(desk, &args.id(), args.reason())),
        ClaimCommand::End(args) => act(setting, |desk| endings::end(desk, &args.id(), args.reason().unwrap_or_default())),
        ClaimCommand::Milestone(args) => act(setting, |desk| incentives::reach_milestone(desk, &args.id(), args.on(), &args.text)),
        ClaimCommand::Proof(ProofCommand::Add(args)) => acting::add_proof(args, setting),
        ClaimCommand::Proof(ProofCommand::Get(args)) => acting::get_proof(args, setting),
        ClaimCommand::Tick => acting::tick(setting),
    }
}
