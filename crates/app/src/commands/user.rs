//! `user`: who may act on registers, for which organisation, in which roles.

use anyhow::Result;
use domain::cells::Cell;
use domain::names::Name;
use domain::parties::{self, User};
use domain::record::actor::{Identity, Organisation, Role};
use serde::Serialize;
use store::accounts::Account;

use super::asker::Asker;
use crate::cli::Setting;
use crate::clock;
use crate::home::Home;
use crate::identity::links::{self, Kind};
use crate::output::table;
use crate::problem::{Exit, Refusal, say};

/// Users: who may act on registers, for which organisation, in which roles
///
/// A home without users is its owner's: whoever runs the program acts for the operator. The first user ends that; from then on every act
/// names its user with `--as`.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil user add rita@operator.example --operator --role program-manager
  counterfoil user add ann@partner.example --partner 900010 --role incentive-admin --as rita@operator.example
  counterfoil user invite ann@partner.example --as rita@operator.example
  counterfoil user list")]
pub enum UserCommand {
    /// Users, in the order of their names
    List,
    /// Add a user, or give one other roles
    Add(AddArgs),
    /// Let a user act no more
    Close(CloseArgs),
    /// Make a link, good once, by which a user sets a first or another password
    Invite(InviteArgs),
}

/// A user with an organisation and roles.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The name that the user signs in with, usually a mail address
    #[arg(value_name = "USER")]
    user: String,

    /// The user's name, as people write it
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    #[command(flatten)]
    organisation: OrganisationArgs,

    /// A role in the organisation; may be given several times
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    roles: Vec<Role>,

    /// The one location of the partner that the user is limited to
    #[arg(long, value_name = "ID", requires = "partner")]
    location: Option<String>,

    /// The identity in a customer's tenant that is the user's
    #[arg(long, value_name = "TENANT/OBJECT", value_parser = identity)]
    identity: Option<Identity>,

    /// The certified person that the user is
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
}

/// An organisation.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct OrganisationArgs {
    /// The operator
    #[arg(long)]
    operator: bool,

    /// The partner with this global account
    #[arg(long, value_name = "ID")]
    partner: Option<String>,

    /// The customer with this tenant
    #[arg(long, value_name = "TENANT")]
    customer: Option<String>,
}

impl OrganisationArgs {
    /// The organisation that is meant.
    pub fn organisation(&self) -> Organisation {
        match (&self.partner, &self.customer) {
            (Some(id), _) => Organisation::Partner(Name::new(id)),
            (_, Some(id)) => Organisation::Customer(Name::new(id)),
            _ => Organisation::Operator,
        }
    }
}

/// A user who is to act no more.
#[derive(Debug, clap::Args)]
pub struct CloseArgs {
    /// The user
    #[arg(value_name = "USER")]
    user: String,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A user who is to be let in.
#[derive(Debug, clap::Args)]
pub struct InviteArgs {
    /// The user
    #[arg(value_name = "USER")]
    user: String,

    /// Where the pages are, as the user reaches them
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7070")]
    url: String,

    /// Ask for no codes any more, for a user who lost the app
    #[arg(long)]
    forget_codes: bool,
}

/// A link for a user.
#[derive(Debug, Serialize)]
struct Invited {
    user_id: Name,
    kind: &'static str,
    ends_at: String,
    link: String,
}

fn role(text: &str) -> Result<Role, String> {
    <Role as Cell>::read(text).map_err(|(message, cure)| format!("{message}; {cure}"))
}

/// An identity as the command line writes it.
pub fn identity(text: &str) -> Result<Identity, String> {
    match text.split_once('/') {
        Some((tenant, object)) if !tenant.is_empty() && !object.is_empty() => {
            Ok(Identity { tenant_id: Name::new(tenant), object_id: Name::new(object) })
        }
        _ => Err(format!("`{text}` is no identity; expected TENANT/OBJECT, both IDs")),
    }
}

/// Lists, adds, closes or invites users.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &UserCommand, setting: &Setting) -> Result<Exit> {
    match command {
        UserCommand::List => list(setting),
        UserCommand::Add(args) => add(args, setting),
        UserCommand::Close(args) => close(args, setting),
        UserCommand::Invite(args) => invite(args, setting),
    }
}

fn list(setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let users: Vec<User> = Asker::of_home(setting)?.entries(&home)?;
    setting.output.print(&users, |_| {
        let row = |user: &User| {
            let roles: Vec<&str> = user.roles.iter().map(|role| role.as_str()).collect();
            let state = if user.active { "active" } else { "closed" };
            vec![user.user_id.to_string(), user.name.clone(), organisation(&user.organisation), roles.join(", "), state.to_owned()]
        };
        let lines = table::lines(&["USER", "NAME", "ACTS FOR", "ROLES", "STATE"], &users.iter().map(row).collect::<Vec<_>>(), &[]);
        lines.iter().map(|line| format!("{line}\n")).collect()
    })?;
    if users.is_empty() && setting.known_at().is_none() && setting.user().is_none() {
        say("there are no users yet: whoever runs the program acts for the operator; `counterfoil user add` adds the first one\n");
    }
    Ok(Exit::Done)
}

/// An organisation in a few words.
pub fn organisation(organisation: &Organisation) -> String {
    match organisation {
        Organisation::Operator => "operator".to_owned(),
        Organisation::Partner(id) => format!("partner {id}"),
        Organisation::Customer(id) => format!("customer {id}"),
    }
}

fn add(args: &AddArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open_or_make(&setting.home()?)?;
    let user = User {
        user_id: Name::new(&args.user),
        name: args.name.clone().unwrap_or_else(|| args.user.clone()),
        organisation: args.organisation.organisation(),
        roles: args.roles.iter().copied().collect(),
        location: args.location.as_deref().map(Name::new),
        identity: args.identity.clone(),
        person_id: args.person.as_deref().map(Name::new),
        active: true,
    };
    let actor = home.actor(setting.user())?;
    home.act(&*setting.rulebook()?, actor, |desk| parties::add_user(desk, &user))?;
    setting.output.print(&user, |_| format!("`{}` acts for {}\n", user.user_id, self::organisation(&user.organisation)))?;
    Ok(Exit::Done)
}

fn close(args: &CloseArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let id = Name::new(&args.user);
    if home.find::<User>(id.as_str())?.is_none() {
        return Err(Refusal::refused(format!("there is no user `{id}`")).hint("`counterfoil user list` tells those that there are").into());
    }
    let actor = home.actor(setting.user())?;
    let done = home.act(&*setting.rulebook()?, actor, |desk| parties::close_user(desk, &id, args.reason.as_deref()))?;
    setting.output.print(&done.given, |_| format!("`{id}` may act no more\n"))?;
    Ok(Exit::Done)
}

fn invite(args: &InviteArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let (id, now) = (Name::new(&args.user), clock::now());
    let actor = home.actor(setting.user())?;
    let user = home.act(&*setting.rulebook()?, actor, |desk| parties::invited(desk, &id))?.given;
    if let Some(provider) = home.provider_of_user(user.user_id.as_str())? {
        let message = format!("`{}` signs in by the provider `{provider}`, so has no password here", user.user_id);
        return Err(Refusal::refused(message).hint("have whoever runs the provider let them in").into());
    }
    let account = home.find_account(user.user_id.as_str())?;
    if let Some(account) = account.clone().filter(|_| args.forget_codes) {
        home.record_account(&Account { code_secret: String::new(), ..account })?;
    }
    let kind = if account.is_some_and(|account| !account.password_hash.is_empty()) { Kind::Reset } else { Kind::Invitation };
    let token = links::make(&home, &user.user_id, kind, now)?;
    let link = format!("{}{}", args.url.trim_end_matches('/'), links::path(&token));
    let ends_at = now.saturating_add(kind.good_for())?.to_string();
    let invited = Invited { user_id: user.user_id, kind: kind.as_str(), ends_at, link };
    setting.output.print(&invited, |_| format!("{}\n", invited.link))?;
    say(&format!("good once, for {} hours; whoever has it sets the password of `{}`\n", kind.good_for().as_hours(), invited.user_id));
    Ok(Exit::Done)
}
