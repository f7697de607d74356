//! `token`: what machines sign in to the API with.

use anyhow::Result;
use domain::names::Name;
use domain::record::actor::Identity;
use domain::time::Day;
use domain::tokens::{self, Scope, Token};
use serde::Serialize;

use super::asker::Asker;
use super::seat::word;
use super::user::identity;
use crate::cli::Setting;
use crate::clock;
use crate::home::Home;
use crate::output::table;
use crate::problem::{Exit, say};
use crate::secrets;

/// For how many days a token is valid unless told.
const DAYS: i32 = 90;

/// Tokens: what machines sign in to the API with
///
/// A token acts as its user and never may more than that user may at the moment. Its text is shown once; the home keeps a hash of it.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil token issue ann@partner.example --purpose \"nightly claims\" --as ann@partner.example
  counterfoil token issue ann@partner.example --scope read --purpose dashboard --as ann@partner.example
  counterfoil token issue agent@partner.example --identity TENANT/OBJECT --purpose \"partner admin link\" --as rita@operator.example
  counterfoil token list
  counterfoil token revoke 1f0c2a9be77d43aa --as rita@operator.example")]
pub enum TokenCommand {
    /// Tokens, in the order of their ids; never their texts
    List,
    /// Make a token
    Issue(IssueArgs),
    /// End a token at once
    Revoke(RevokeArgs),
}

/// A token for a user.
#[derive(Debug, clap::Args)]
pub struct IssueArgs {
    /// The user that the token acts as
    #[arg(value_name = "USER")]
    user: String,

    /// What the token is for
    #[arg(long, value_name = "TEXT")]
    purpose: String,

    /// Limit the token to a part of what its user may; may be given again [default: all of it]
    #[arg(long, value_name = "SCOPE", value_parser = word::<Scope>)]
    scope: Vec<Scope>,

    /// The first day on which it is not valid any more [default: 90 days from today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    expires_on: Option<Day>,

    /// The identity in a customer's tenant that the token stands for, when it is not the user's own
    #[arg(long, value_name = "TENANT/OBJECT", value_parser = identity)]
    identity: Option<Identity>,
}

/// A token that is to end.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// The token's id: the part between the underscores
    #[arg(value_name = "ID")]
    id: String,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A token that was made.
#[derive(Debug, Serialize)]
struct Issued {
    token_id: String,
    user_id: Name,
    expires_on: Day,
    token: String,
}

/// Lists, makes or ends tokens.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &TokenCommand, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    match command {
        TokenCommand::List => list(&home, setting),
        TokenCommand::Issue(args) => issue(&home, args, setting),
        TokenCommand::Revoke(args) => revoke(&home, args, setting),
    }
}

fn list(home: &Home, setting: &Setting) -> Result<Exit> {
    let tokens: Vec<Token> = Asker::of_home(setting)?.entries(home)?;
    setting.output.print(&tokens, |_| {
        let row = |token: &Token| {
            vec![
                token.token_id.clone(),
                token.user_id.to_string(),
                tokens::told(&token.scopes),
                token.purpose.clone(),
                token.expires_on.to_string(),
                token.state.clone(),
            ]
        };
        let lines = table::lines(&["TOKEN", "USER", "MAY", "FOR", "EXPIRES", "STATE"], &tokens.iter().map(row).collect::<Vec<_>>(), &[]);
        lines.iter().map(|line| format!("{line}\n")).collect()
    })?;
    if tokens.is_empty() {
        say("there are no tokens yet; `counterfoil token issue USER --purpose TEXT` makes one\n");
    }
    Ok(Exit::Done)
}

fn issue(home: &Home, args: &IssueArgs, setting: &Setting) -> Result<Exit> {
    let (token_id, text, secret_hash) = secrets::new()?;
    let token = Token {
        token_id: token_id.clone(),
        user_id: Name::new(&args.user),
        identity: args.identity.clone(),
        scopes: args.scope.iter().copied().collect(),
        purpose: args.purpose.clone(),
        secret_hash,
        expires_on: args.expires_on.unwrap_or_else(|| clock::today().plus(DAYS)),
        state: "active".to_owned(),
    };
    let actor = home.actor(setting.user())?;
    home.act(&*setting.rulebook()?, actor, |desk| tokens::issue(desk, &token))?;
    let issued = Issued { token_id, user_id: token.user_id, expires_on: token.expires_on, token: text };
    setting.output.print(&issued, |_| format!("{}\n", issued.token))?;
    say("keep it now: it is not shown again\n");
    Ok(Exit::Done)
}

fn revoke(home: &Home, args: &RevokeArgs, setting: &Setting) -> Result<Exit> {
    let actor = home.actor(setting.user())?;
    let done = home.act(&*setting.rulebook()?, actor, |desk| tokens::revoke(desk, &args.id, args.reason.as_deref()))?;
    setting.output.print(&done.given, |_| format!("`{}` is revoked\n", args.id))?;
    Ok(Exit::Done)
}
