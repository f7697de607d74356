//! The command line: what can be asked, and how.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};
use domain::rulebook::Rulebook;
use engine::problems::Problems;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::commands::{
    actions, audit, claim, cluster, complete, credit, csp, customer, demo, doctor, dpor, export, import, ledger, notice, pal, partner,
    people, period, plan, reconcile, remote, rulebook, score, serve, sql, store, subscription, token, user, webhook,
};
use crate::home::{self, Home, Place};
use crate::output::{Output, OutputOptions};
use crate::problem::{self, Exit, Refusal};
use crate::rules::{self, Files};

/// Counterfoil reads what partners already have, and proves what they earned.
///
/// Files go in; an exact, explained score comes out. Every number leads back, through the rule and its source, to the rows that
/// counted, and to those that did not and why.
#[derive(Debug, Parser)]
#[command(name = "counterfoil", version, propagate_version = true, max_term_width = 110, after_long_help = AFTER, after_help = SHORT_AFTER)]
pub struct Cli {
    #[command(flatten)]
    shared: Shared,

    #[command(subcommand)]
    command: Command,
}

const SHORT_AFTER: &str = "\
Examples:
  counterfoil demo
  counterfoil score show --dataset my-exports/ --as-of 2024-08-10
  counterfoil import my-exports/
  counterfoil score explain --partner 900010 --area modern-work";

const AFTER: &str = "\
Examples:
  counterfoil demo
  counterfoil score show --dataset my-exports/ --as-of 2024-08-10
  counterfoil import my-exports/
  counterfoil score explain --partner 900010 --area modern-work

Exit codes:
  0  done
  1  refused: the input, the home or the rulebook cannot be used; the message names file, line, column, value and cure
  2  the command line does not fit
  3  done, but some rows need attention: they were kept out, or a file breaks off; the answer rests on the others

Data go to stdout, everything else to stderr.";

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
pub struct Shared {
    #[command(flatten)]
    output: OutputOptions,

    /// The home: the folder with the ledger and the lake [default: in the user's data folder]
    #[arg(
        long,
        value_name = "FOLDER",
        global = true,
        env = "COUNTERFOIL_HOME",
        hide_env_values = true,
        help_heading = "Home, rules and messages"
    )]
    home: Option<PathBuf>,

    /// The database of the home's ledger, log and registers, `postgres://…`; the home remembers it, without the password
    /// [default: a file in the home]
    #[arg(
        long,
        value_name = "URL",
        global = true,
        env = "COUNTERFOIL_DATABASE",
        hide_env_values = true,
        help_heading = "Home, rules and messages"
    )]
    database: Option<String>,

    /// Where the home's lake, proofs and rulebooks are kept: `s3://…`, `az://…`, `abfss://…`, `file:///…`; the home remembers it
    /// [default: in the home]
    #[arg(
        long,
        value_name = "URL",
        global = true,
        env = "COUNTERFOIL_STORAGE",
        hide_env_values = true,
        help_heading = "Home, rules and messages"
    )]
    storage: Option<String>,

    /// A folder with another rulebook than the one that the program carries
    #[arg(long, value_name = "FOLDER", global = true, help_heading = "Home, rules and messages")]
    rulebook: Option<PathBuf>,

    /// The user who acts on registers, one of `user list`
    #[arg(
        long = "as",
        value_name = "USER",
        global = true,
        env = "COUNTERFOIL_USER",
        hide_env_values = true,
        help_heading = "Home, rules and messages"
    )]
    acts_as: Option<String>,

    /// Answer from what was recorded by then: a day (its end, UTC) or an instant; what came or was corrected later does not count
    #[arg(long, value_name = "WHEN", global = true, value_parser = known_at, help_heading = "Home, rules and messages")]
    known_at: Option<Timestamp>,

    /// Tell every problem of rows, not the first twenty
    #[arg(long, global = true, help_heading = "Home, rules and messages")]
    all_problems: bool,
}

fn known_at(text: &str) -> Result<Timestamp, String> {
    instant(text, true)
}

/// An instant, or a day in UTC: its end, or else its start.
///
/// # Errors
/// When the text is neither.
pub fn instant(text: &str, end: bool) -> Result<Timestamp, String> {
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    let day: jiff::civil::Date =
        text.parse().map_err(|_| format!("`{text}` is no day and no instant; expected YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ"))?;
    let time = if end { jiff::civil::Time::MAX } else { jiff::civil::Time::MIN };
    day.to_datetime(time).to_zoned(TimeZone::UTC).map(|at| at.timestamp()).map_err(|error| error.to_string())
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make up a program, import it, score it, serve the pages, and say what to try
    Demo(demo::DemoArgs),
    /// What partners score, and why
    #[command(subcommand)]
    Score(score::ScoreCommand),
    /// The cheapest way to a designation, and what other values would give
    Plan(plan::PlanArgs),
    /// Usage as credited
    Credit(credit::CreditArgs),
    /// Questions in SQL over facts, associations, credits and scores; nothing is changed
    Sql(sql::SqlArgs),
    /// Several machines that credit together: a scheduler and its executors
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// The vendor's own figures beside ours, each difference with its likely cause
    Reconcile(reconcile::ReconcileArgs),
    /// Read files into the home, with a fate for every row
    Import(import::ImportArgs),
    /// The ledger: batches that were imported, and what became of every row
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Months of facts: close them, reopen them, see how they were restated
    #[command(subcommand)]
    Period(period::PeriodCommand),
    /// Claims to be partner of record, from the draft to the end of the association
    #[command(subcommand)]
    Claim(claim::ClaimCommand),
    /// Partner admin links: who is linked where, whether it works, and linking
    #[command(subcommand)]
    Pal(pal::PalCommand),
    /// Partners of record: customers name who serves a subscription
    #[command(subcommand)]
    Dpor(dpor::DporCommand),
    /// Resale: who sells subscriptions, and who may
    #[command(subcommand)]
    Csp(csp::CspCommand),
    /// Certified people: each links their own learning profile to a partner
    #[command(subcommand)]
    People(people::PeopleCommand),
    /// Partners: global accounts with their locations, and what an ID stands for
    #[command(subcommand)]
    Partner(partner::PartnerCommand),
    /// Customers: tenants with their domains, cloud and segment
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Subscriptions: agreement, state, and which one replaced which
    #[command(subcommand)]
    Subscription(subscription::SubscriptionCommand),
    /// What waits for you, with due days
    Actions(actions::ActionsArgs),
    /// Notices: what your organisation is told
    #[command(subcommand)]
    Notice(notice::NoticeCommand),
    /// Users: who may act on registers, for which organisation, in which roles
    #[command(subcommand)]
    User(user::UserCommand),
    /// Tokens: what machines sign in to the API with
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Webhooks: addresses that are told of events
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// The log of events, and proving to others that it was only ever added to
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// The registers beside the log that they come from, and where files are kept
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Write the facts as a dataset folder
    Export(export::ExportArgs),
    /// The rules: every value with its source, and their worked examples
    #[command(subcommand)]
    Rulebook(rulebook::RulebookCommand),
    /// The pages and the REST API
    Serve(serve::ServeArgs),
    /// Sign in to a server, by a code that you confirm in its pages
    SignIn(remote::SignInArgs),
    /// End the token of a server, and forget it
    SignOut(remote::SignOutArgs),
    /// Ask a server's REST API
    Ask(remote::AskArgs),
    /// Whether the home is sound, and how to mend it
    Doctor(doctor::DoctorArgs),
    /// Completions for a shell
    Completions(complete::CompletionsArgs),
    /// Manual pages
    Man(complete::ManArgs),
}

/// How many letters of a rulebook's hash name it at least.
const HASH_MIN: usize = 6;

/// What every command is handed: where answers go, and what they rest on.
pub struct Setting {
    /// Where answers go.
    pub output: Output,
    shared: Shared,
}

impl Setting {
    /// Where the home is.
    ///
    /// # Errors
    /// When no folder is given and the system names none.
    pub fn home(&self) -> Result<Place> {
        let Shared { home, database, storage, known_at, acts_as, .. } = &self.shared;
        let root = home::place(home.as_deref())?;
        Ok(Place { root, database: database.clone(), storage: storage.clone(), known_at: *known_at, user: acts_as.clone() })
    }

    /// The user who acts on registers, when one is named.
    pub fn user(&self) -> Option<&str> {
        self.shared.acts_as.as_deref()
    }

    /// By when a thing must have been recorded to count; nothing for all that stands.
    pub fn known_at(&self) -> Option<Timestamp> {
        self.shared.known_at
    }

    /// The rulebook to judge by: the one that is named, or the one in force in the home, or the carried one where there is no home.
    ///
    /// # Errors
    /// When it cannot be used; every problem is told.
    pub fn rulebook(&self) -> Result<Arc<Rulebook>> {
        match self.home() {
            Ok(place) if self.shared.rulebook.is_none() && place.is_home() => Home::open(place)?.rulebook(),
            _ => self.rulebook_of_files(),
        }
    }

    /// The rulebook to judge a home by: the one that is named, or the one in force in it.
    ///
    /// # Errors
    /// When it cannot be used; every problem is told.
    pub fn rulebook_in(&self, home: &Home) -> Result<Arc<Rulebook>> {
        self.rulebook_instead()?.map_or_else(|| home.rulebook(), Ok)
    }

    /// The rulebook that is named with `--rulebook`.
    ///
    /// # Errors
    /// When it cannot be used; every problem is told.
    pub fn rulebook_instead(&self) -> Result<Option<Arc<Rulebook>>> {
        self.shared.rulebook.as_deref().map(|folder| rules::open(Some(folder))).transpose()
    }

    /// The rulebook to judge files by that are of no home: the one that is named, or the carried one.
    ///
    /// # Errors
    /// When it cannot be used; every problem is told.
    pub fn rulebook_of_files(&self) -> Result<Arc<Rulebook>> {
        rules::open(self.shared.rulebook.as_deref())
    }

    /// The rulebook of a name: a folder, a version that was proposed in the home (the first letters of its hash), or the carried version.
    ///
    /// # Errors
    /// When there is none, or its files are no rulebook.
    pub fn rulebook_named(&self, name: &str) -> Result<Arc<Rulebook>> {
        let files = self.rulebook_files_named(name)?;
        Rulebook::parse(&files).map(Arc::new).map_err(|problems| rules::refusal(&problems).into())
    }

    /// The files of the rulebook of a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn rulebook_files_named(&self, name: &str) -> Result<Files> {
        let is_hash = name.len() >= HASH_MIN && name.chars().all(|letter| letter.is_ascii_hexdigit()) && !Path::new(name).exists();
        match self.home() {
            Ok(place) if is_hash && place.is_home() => {
                let home = Home::open(place)?;
                home.rulebook_files(&home.rulebook_version(name)?.sha256)
            }
            _ => rules::files_named(name),
        }
    }

    /// The files of the rulebook to judge a home by.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn rulebook_files_in(&self, home: &Home) -> Result<Files> {
        self.shared.rulebook.as_deref().map_or_else(|| home.rulebook_files_in_force(), |folder| rules::files(Some(folder)))
    }

    /// The folder of another rulebook than the carried one.
    pub fn rulebook_folder(&self) -> Option<&Path> {
        self.shared.rulebook.as_deref()
    }

    /// Tells problems of rows on stderr, and says how a command ends that met them.
    pub fn tell_rows(&self, problems: &Problems) -> Exit {
        problem::tell_rows(problems, self.shared.all_problems)
    }
}

/// Parses the arguments, does what they ask, and says how it went.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    dispatch(cli).unwrap_or_else(|error| problem::tell(&error)).into()
}

impl Command {
    /// Whether the command can answer from what was known earlier. Acts are refused by the home.
    fn can_look_back(&self) -> bool {
        let proves = matches!(self, Self::Audit(command) if !matches!(command, audit::AuditCommand::Log(_)));
        let stands = matches!(
            self,
            Self::Demo(_)
                | Self::Serve(_)
                | Self::Import(_)
                | Self::Ledger(_)
                | Self::Period(_)
                | Self::Webhook(_)
                | Self::Store(_)
                | Self::Rulebook(_)
                | Self::Doctor(_)
                | Self::Completions(_)
                | Self::Man(_)
        );
        !proves && !stands
    }
}

/// The command line as clap knows it, for completions and manual pages.
pub fn command() -> clap::Command {
    Cli::command()
}

fn dispatch(cli: Cli) -> Result<Exit> {
    let setting = Setting { output: Output::new(&cli.shared.output)?, shared: cli.shared };
    if setting.known_at().is_some() && !cli.command.can_look_back() {
        let refusal =
            Refusal::usage("this command tells of files, rules and proofs as they stand; `--known-at` asks what was known earlier");
        return Err(refusal.hint("leave `--known-at` out, or ask with `score`, `credit`, `export`, `reconcile`, `audit log`, or what shows and lists registers, such as `claim list`").into());
    }
    match cli.command {
        Command::Demo(args) => demo::run(&args, &setting),
        Command::Serve(args) => serve::run(&args, &setting),
        Command::SignIn(args) => remote::sign_in(&args, &setting),
        Command::SignOut(args) => remote::sign_out(&args, &setting),
        Command::Ask(args) => remote::ask(&args, &setting),
        Command::Score(command) => score::run(&command, &setting),
        Command::Plan(args) => plan::run(&args, &setting),
        Command::Sql(args) => sql::run(&args, &setting),
        Command::Credit(args) => credit::run(&args, &setting),
        Command::Cluster(command) => cluster::run(&command),
        Command::Reconcile(args) => reconcile::run(&args, &setting),
        Command::Import(args) => import::run(&args, &setting),
        Command::Ledger(command) => ledger::run(&command, &setting),
        Command::Period(command) => period::run(&command, &setting),
        Command::Claim(command) => claim::run(&command, &setting),
        Command::Pal(command) => pal::run(&command, &setting),
        Command::Dpor(command) => dpor::run(&command, &setting),
        Command::Csp(command) => csp::run(&command, &setting),
        Command::People(command) => people::run(&command, &setting),
        Command::Partner(command) => partner::run(&command, &setting),
        Command::Customer(command) => customer::run(&command, &setting),
        Command::Subscription(command) => subscription::run(&command, &setting),
        Command::Actions(args) => actions::run(&args, &setting),
        Command::Notice(command) => notice::run(&command, &setting),
        Command::User(command) => user::run(&command, &setting),
        Command::Token(command) => token::run(&command, &setting),
        Command::Webhook(command) => webhook::run(&command, &setting),
        Command::Audit(command) => audit::run(&command, &setting),
        Command::Store(command) => store::run(&command, &setting),
        Command::Export(args) => export::run(&args, &setting),
        Command::Rulebook(command) => rulebook::run(&command, &setting),
        Command::Doctor(args) => doctor::run(&args, &setting),
        Command::Completions(args) => complete::completions(&args),
        Command::Man(args) => complete::man(&args),
    }
}
