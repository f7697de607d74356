//! `demo`: a made-up program, imported by the ordinary importers, scored and served.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::claims::drafts;
use domain::designations::Score;
use domain::names::Name;
use domain::parties::{self, User};
use domain::record::desk::Desk;
use serde::Serialize;

use crate::cli::Setting;
use crate::clock;
use crate::commands::import;
use crate::commands::ledger::tables::summary;
use crate::commands::serve::{self, Door, HomeReader};
use crate::commands::user::organisation;
use crate::demo::{self, cast};
use crate::home::{self, Home};
use crate::identity::links::{self, Kind};
use crate::output::{Paint, table};
use crate::pages::reading::Reading as _;
use crate::problem::{Exit, Refusal};
use crate::progress;
use crate::views::import::ImportView;

/// Make up a program, import it, score it, serve the pages, and say what to try
///
/// About 300 customers and 12 partners with 26 months of usage, from a seed: the same seed gives the same program. It is written
/// as CSV files, imported as any others, and kept in a home of its own, apart from yours.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil demo
  counterfoil demo --no-serve
  counterfoil demo --times 10 --dir /tmp/demo-10
  counterfoil demo --dir /tmp/demo --port 9000")]
pub struct DemoArgs {
    /// The folder of the demo [default: `demo` beside the home in the user's data folder]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,

    /// The seed: other seeds give other names and amounts
    #[arg(long, value_name = "N", default_value_t = demo::SEED)]
    seed: u64,

    /// Tell the demo this often, side by side, of other customers, people and amounts each time: to see how pages and server stand a larger
    /// program
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(demo::TIMES_MAX)))]
    times: u32,

    /// Serve the pages when all is ready; the default
    #[arg(long, overrides_with = "no_serve")]
    serve: bool,

    /// Say what to try, and end
    #[arg(long)]
    no_serve: bool,

    #[command(flatten)]
    door: Door,
}

/// What stands on every claim of a copy.
const NOTE: &str = "Looked through for this program";

/// The file that marks a folder as one of the demo, which may be made anew.
const MARK: &str = ".counterfoil-demo";

/// What the demo made.
#[derive(Debug, Serialize)]
struct DemoView {
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    as_of: String,
    exports: String,
    /// How this program is called, for the shell.
    #[serde(skip)]
    program: String,
    home: String,
    import: ImportView,
    partners: Vec<PartnerView>,
    users: Vec<UserView>,
    #[serde(rename = "try")]
    tour: Vec<TourView>,
}

/// How a partner of the demo stands in its best area.
#[derive(Debug, Serialize)]
struct PartnerView {
    global_partner_id: String,
    name: String,
    best_area: String,
    score: String,
    status: &'static str,
}

/// A user of the demo.
#[derive(Debug, Serialize)]
struct UserView {
    user_id: Name,
    name: String,
    acts_for: String,
    /// What signs the user in while the demo is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

#[derive(Debug, Serialize)]
struct TourView {
    question: String,
    /// The command, or the address of the page.
    answer: String,
}

/// Makes the demo, and serves it.
///
/// # Errors
/// When the folder holds something else or cannot be written, or the port is taken.
pub fn run(args: &DemoArgs, setting: &Setting) -> Result<Exit> {
    let door = if args.no_serve { None } else { Some(args.door.open()?) };
    let address = door.as_ref().map_or_else(|| Ok(args.door.shown()), serve::address)?;
    let folder = match &args.dir {
        Some(folder) => folder.clone(),
        None => home::place(None)?.join("demo"),
    };
    let folder = std::path::absolute(&folder).with_context(|| format!("cannot find `{}`", folder.display()))?;
    let (exports, home) = ready(&folder, args.seed)?;
    let made = made(args, &exports)?;
    let import = imported(&home, &exports, setting)?;
    let users = let_in(&Home::open(&home)?, &made, setting, door.is_some().then_some(address.as_str()))?;
    let origin = format!("the demo program, seed {}", args.seed);
    let reader = Arc::new(HomeReader::open(Home::open(&home)?, setting.rulebook_instead()?, demo::AS_OF, origin)?);
    let scores = progress::during("scoring", || reader.scores(demo::AS_OF))?;
    let view = DemoView {
        seed: args.seed,
        times: (args.times > 1).then_some(args.times),
        as_of: demo::AS_OF.to_string(),
        exports: exports.display().to_string(),
        program: std::env::current_exe().map_or_else(|_| "counterfoil".to_owned(), |path| path.display().to_string()),
        home: home.display().to_string(),
        import,
        partners: scores.chunk_by(|a, b| a.global_partner_id == b.global_partner_id).take(cast::ALL.len()).filter_map(best).collect(),
        users,
        tour: tour(&address),
    };
    setting.output.print(&view, |paint| told(&view, paint))?;
    door.map_or(Ok(Exit::Done), |door| serve::answer(reader, HomeReader::warm_up, door, None))
}

/// What was made up and is not in files.
struct Made {
    /// The demo's own users, then those of its copies.
    users: Vec<User>,
    /// How many users are the demo's own.
    own: usize,
    /// The claims of the copies.
    claims: Vec<Name>,
}

/// Makes the program up and writes it as CSV files.
fn made(args: &DemoArgs, exports: &Path) -> Result<Made> {
    let mut made = Made { users: Vec::new(), own: 0, claims: Vec::new() };
    for copy in 0..args.times {
        let told = || format!("making up a program ({} of {})", copy + 1, args.times);
        let what = if args.times == 1 { "making up a program".to_owned() } else { told() };
        let (facts, users) = progress::during(&what, || demo::copy(args.seed, demo::AS_OF, copy));
        if args.times == 1 {
            progress::during("writing it as CSV files", || demo::write(&facts, exports))?;
        } else {
            demo::write_copy(&facts, exports, copy)?;
        }
        if copy == 0 {
            made.own = users.len();
        } else {
            made.claims.extend(facts.claims.iter().map(|claim| claim.claim_id.clone()));
        }
        made.users.extend(users);
    }
    Ok(made)
}

/// Adds the users, and a note to each claim of the copies, so that their registers are in the database as those of a home at work are. Tells
/// the demo's own users; while it is served from `address`, each with a link that signs them in.
fn let_in(home: &Home, made: &Made, setting: &Setting, address: Option<&str>) -> Result<Vec<UserView>> {
    let (rulebook, local) = (setting.rulebook_of_files()?, home.actor(None)?);
    home.act(&rulebook, local, |desk| made.users.iter().try_for_each(|user| parties::add_user(desk, user)))?;
    let (users, manager) = (&made.users[..made.own], made.users[0].actor());
    if !made.claims.is_empty() {
        let note = |desk: &mut Desk<'_>| made.claims.iter().try_for_each(|id| drafts::comment(desk, id.as_str(), NOTE).map(drop));
        progress::during("noting something on every claim of the copies", || home.act(&rulebook, manager, note))?;
    }
    let view = |user: &User| {
        let link =
            |address: &str| anyhow::Ok(format!("{address}{}", links::path(&links::make(home, &user.user_id, Kind::Demo, clock::now())?)));
        let link = address.map(link).transpose()?;
        Ok(UserView { user_id: user.user_id.clone(), name: user.name.clone(), acts_for: organisation(&user.organisation), link })
    };
    users.iter().map(view).collect()
}

/// What to try; pages with their whole address.
fn tour(address: &str) -> Vec<TourView> {
    let step = |(question, answer): (String, String)| TourView {
        question,
        answer: if answer.starts_with('/') { format!("{address}{answer}") } else { answer },
    };
    demo::tour().into_iter().map(step).collect()
}

/// The folders for files and home, empty.
fn ready(folder: &Path, seed: u64) -> Result<(PathBuf, PathBuf)> {
    let mark = folder.join(MARK);
    let is_taken = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken && !mark.is_file() {
        let message = format!("`{}` holds something that is not the demo's", folder.display());
        return Err(Refusal::refused(message).hint("name another folder with `--dir`; nothing was touched").into());
    }
    let place = || format!("cannot make the demo in `{}`", folder.display());
    let (exports, home) = (folder.join("exports"), folder.join("home"));
    for old in [&exports, &home] {
        if old.exists() {
            std::fs::remove_dir_all(old).with_context(place)?;
        }
    }
    std::fs::create_dir_all(folder).with_context(place)?;
    std::fs::write(&mark, format!("{seed}\n")).with_context(place)?;
    Ok((exports, home))
}

fn imported(home: &Path, exports: &Path, setting: &Setting) -> Result<ImportView> {
    let home = Home::open_or_make(home)?;
    let writing = import::write(&home)?;
    let outcome = import::read(&writing, exports, None, None, setting.rulebook_of_files()?)?;
    writing.keep(&exports.display().to_string(), &outcome)?;
    setting.tell_rows(&outcome.problems);
    Ok(ImportView::of_outcome(exports.display().to_string(), &outcome, true))
}

fn best(scores: &[Score]) -> Option<PartnerView> {
    let score = scores.iter().max_by(|a, b| a.chosen().score.cmp(&b.chosen().score))?;
    Some(PartnerView {
        global_partner_id: score.global_partner_id.to_string(),
        name: score.partner_name.clone(),
        best_area: score.area.to_string(),
        score: score.chosen().score.shown(),
        status: score.status.as_str(),
    })
}

fn told(view: &DemoView, paint: Paint) -> String {
    let mut text = summary(&view.import, paint);
    text.push_str(&format!("\n{}\n", paint.strong(&format!("The best area of each partner, as of {}", view.as_of))));
    let row = |partner: &PartnerView| {
        let cells = [&partner.global_partner_id, &partner.name, &partner.best_area, &partner.score];
        cells.into_iter().cloned().chain([partner.status.to_owned()]).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = view.partners.iter().map(row).collect();
    for line in table::lines(&["PARTNER", "NAME", "AREA", "SCORE", "STATUS"], &rows, &[3]) {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str(&format!("\n{}\n", paint.strong("Who signs in, by a link that is good while the demo runs")));
    for user in &view.users {
        text.push_str(&format!("  {}, {} ({})\n", user.name, user.acts_for, user.user_id));
        text.extend(user.link.iter().map(|link| format!("    {link}\n")));
    }
    text.push_str(&format!("\n{}\n", paint.strong("What to try")));
    text.push_str(&format!("  alias counterfoil={}\n", quoted(&view.program)));
    text.push_str(&format!("  export COUNTERFOIL_HOME={}\n", quoted(&view.home)));
    for step in &view.tour {
        text.push_str(&format!("\n  {}\n    {}\n", step.question, step.answer));
    }
    text.push('\n');
    text
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let is_plain = path.chars().all(|letter| letter.is_alphanumeric() || "/._-".contains(letter));
    if is_plain { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}
