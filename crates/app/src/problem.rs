//! Problems: how a command ends, and what is said when it cannot do what was asked.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;

use domain::names::Name;
use domain::record::desk::ActError;
use domain::rulebook::suggest;
use engine::problems::{Problems, RowProblem, Severity};

/// How many problems of rows are told unless all are asked for.
const TOLD_MAX: usize = 20;

/// How a command ends, as its exit code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: refused, the input or the home cannot be used.
    Refused,
    /// 2: the command line does not fit.
    Usage,
    /// 3: done, but some rows need attention.
    Attention,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Refused => 1,
            Exit::Usage => 2,
            Exit::Attention => 3,
        })
    }
}

/// Why a command stops, with what would cure it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The exit code that it ends with.
    pub exit: Exit,
    /// What is wrong, and where.
    pub message: String,
    /// What would cure it.
    pub hints: Vec<String>,
}

impl Refusal {
    /// Input or a home that cannot be used.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, message: message.into(), hints: Vec::new() }
    }

    /// A command line that does not fit.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), hints: Vec::new() }
    }

    /// The refusal with a cure.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A word that is none of the known ones: `what` says what it should be.
    pub fn unknown<'a>(what: &str, word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Self {
        Self::usage(format!("there is no {what} `{word}`")).hint(suggest::cure(word, known))
    }
}

/// Says on stderr why a command stopped, and gives its exit code. A reader of stdout who went away is no trouble.
pub fn tell(error: &anyhow::Error) -> Exit {
    let is_broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(is_broken_pipe) {
        return Exit::Done;
    }
    let mut lines = format!("error: {error:#}\n");
    let refusal = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>());
    if let Some(ActError::Refused(refused)) = error.chain().find_map(|cause| cause.downcast_ref::<ActError>()) {
        lines.push_str(&format!("hint: {}\n", refused.cure));
        for other in &refused.also {
            lines.push_str(&format!("error: {}\nhint: {}\n", other.message, other.cure));
        }
    }
    for hint in refusal.into_iter().flat_map(|refusal| &refusal.hints) {
        lines.push_str(&format!("hint: {hint}\n"));
    }
    say(&lines);
    refusal.map_or(Exit::Refused, |refusal| refusal.exit)
}

/// Writes prose to stderr; when nobody listens there, nothing is lost.
pub fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Tells the problems of rows on stderr, those that lost rows first, and says how a command ends that met them.
pub fn tell_rows(problems: &Problems, all: bool) -> Exit {
    if problems.is_empty() {
        return Exit::Done;
    }
    say(&rows_told(problems, if all { usize::MAX } else { TOLD_MAX }));
    if problems.has_losses() { Exit::Attention } else { Exit::Done }
}

/// The problems of rows as text: losses, then warnings, `most` of them, then counts. Rows of a file with the same trouble are told once.
fn rows_told(problems: &Problems, most: usize) -> String {
    let mut alike: Vec<(&RowProblem, usize)> = Vec::new();
    let mut places: HashMap<(&str, &str, &str, &str), usize> = HashMap::new();
    for problem in problems.kept() {
        let at = places.entry((&problem.file, &problem.column, &problem.message, &problem.cure)).or_insert(alike.len());
        match alike.get_mut(*at) {
            Some((_, count)) => *count += 1,
            None => alike.push((problem, 1)),
        }
    }
    alike.sort_by_key(|(problem, _)| problem.severity == Severity::Warning);
    let mut text: String = alike.iter().take(most).map(|(problem, count)| problem_told(problem, *count)).collect();
    if most < alike.len() {
        text.push_str(&format!("… and {} more; `--all-problems` tells them all\n", alike.len() - most));
    }
    let mut sums = Vec::new();
    for (severity, one, many) in [
        (Severity::Quarantined, "row kept out", "rows kept out"),
        (Severity::Unreadable, "file that breaks off", "files that break off"),
        (Severity::Warning, "warning", "warnings"),
    ] {
        match problems.rows(severity) {
            0 => {}
            1 => sums.push(format!("1 {one}")),
            count => sums.push(format!("{count} {many}")),
        }
    }
    text.push_str(&format!("{}\n", sums.join(", ")));
    text
}

/// `csp.csv:7: from: …` and its cure on the next line; `count` is how many rows of the file have the same trouble.
fn problem_told(problem: &RowProblem, count: usize) -> String {
    let mut bare = problem.clone();
    let cure = std::mem::take(&mut bare.cure);
    let word = if problem.severity == Severity::Warning { "warning: " } else { "" };
    let others = match count {
        1 => String::new(),
        2 => "; the same in 1 more row".to_owned(),
        count => format!("; the same in {} more rows", count - 1),
    };
    if cure.is_empty() { format!("{word}{bare}{others}\n") } else { format!("{word}{bare}{others}\n  hint: {cure}\n") }
}

/// The partner with an ID among the known ones.
///
/// # Errors
/// When there is none; the nearest one is suggested.
pub fn known_partner<'a>(id: &str, known: &'a [(Name, String)]) -> Result<&'a Name, Refusal> {
    let found = known.iter().find(|(partner, _)| *partner == Name::new(id)).map(|(partner, _)| partner);
    found.ok_or_else(|| {
        let ids = || known.iter().map(|(partner, _)| partner.as_str());
        let refusal = Refusal::usage(format!("there is no partner `{id}` among the {} global accounts", known.len()));
        match suggest::nearest(id, ids()) {
            Some(near) => refusal.hint(format!("did you mean `{near}`?")),
            None if known.len() > TOLD_MAX => refusal.hint("`score show` without `--partner` lists every global account"),
            None => refusal.hint(suggest::cure(id, ids())),
        }
    })
}
