//! `rulebook show`: every value with its place and its source.

use anyhow::Result;
use domain::rulebook::entries::Entry;
use domain::rulebook::{Contradiction, Rulebook, suggest};
use serde::Serialize;

use crate::cli::Setting;
use crate::output::{Paint, table};
use crate::problem::{Exit, Refusal};

/// Every value with its place and its source
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil rulebook show
  counterfoil rulebook show modern-work/smb
  counterfoil rulebook show --choices
  counterfoil rulebook show security -o tsv --query \"[].[place, value, source]\"")]
pub struct ShowArgs {
    /// Only values at or below this place, such as `security` or `pal.roles`
    #[arg(value_name = "PLACE")]
    place: Option<String>,

    /// Only values where the sources leave a choice, with the readings not taken
    #[arg(long)]
    choices: bool,

    /// The places where the sources disagree, instead of values
    #[arg(long, conflicts_with_all = ["place", "choices"])]
    contradictions: bool,
}

/// A value as it is shown.
#[derive(Debug, Serialize)]
pub struct ValueView {
    place: String,
    value: String,
    source: String,
    document: String,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Shows the rules.
///
/// # Errors
/// When the rulebook cannot be used, or has no value at the place.
pub fn run(args: &ShowArgs, setting: &Setting) -> Result<Exit> {
    let rulebook = setting.rulebook()?;
    if args.contradictions {
        setting.output.print(&rulebook.contradictions, |paint| contradictions(&rulebook.contradictions, paint))?;
        return Ok(Exit::Done);
    }
    let values = values(&rulebook, args.place.as_deref(), args.choices)?;
    setting.output.print(&values, |paint| listed(&rulebook, &values, paint))?;
    Ok(Exit::Done)
}

/// The values at and below a place.
///
/// # Errors
/// When there is none; the nearest place is suggested.
pub fn values(rulebook: &Rulebook, at: Option<&str>, only_choices: bool) -> Result<Vec<ValueView>> {
    let entries = rulebook.entries();
    let is_at = |entry: &Entry| match at {
        Some(at) => entry
            .path
            .to_lowercase()
            .strip_prefix(&at.to_lowercase())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.', '@'])),
        None => true,
    };
    if let Some(at) = at.filter(|_| !entries.iter().any(is_at)) {
        let places = entries.iter().flat_map(|entry| [entry.path.as_str(), entry.path.split(['/', '.']).next().unwrap_or_default()]);
        let refusal = Refusal::usage(format!("the rulebook has no value at `{at}`"));
        let hint =
            suggest::nearest(at, places).map_or("`rulebook show` lists every value".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(refusal.hint(hint).into());
    }
    let kept = entries.into_iter().filter(|entry| is_at(entry) && (!only_choices || entry.choice.is_some()));
    Ok(kept.map(|entry| view(rulebook, entry)).collect())
}

fn view(rulebook: &Rulebook, entry: Entry) -> ValueView {
    let document = entry.source.split('#').next().and_then(|id| rulebook.sources.get(id)).map(|source| source.title.clone());
    ValueView {
        file: entry.file(),
        value: entry.shown(),
        place: entry.path,
        source: entry.source,
        document: document.unwrap_or_default(),
        choice: entry.choice,
        note: entry.note,
    }
}

fn listed(rulebook: &Rulebook, values: &[ValueView], paint: Paint) -> String {
    let mut shown = format!("{}\n", paint.strong(&format!("{} ({})", rulebook.program.title, rulebook.program.version)));
    let mut rest = values;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|value| value.file == first.file).count();
        let (of_file, others) = rest.split_at(count);
        shown += &format!("\n{}\n", paint.strong(&first.file));
        let rows: Vec<Vec<String>> =
            of_file.iter().map(|value| vec![value.place.clone(), value.value.clone(), value.source.clone()]).collect();
        let lines = table::lines(&["place", "value", "source"], &rows, &[]);
        for (line, value) in lines.iter().zip(std::iter::once(None).chain(of_file.iter().map(Some))) {
            shown += &format!("{line}\n");
            for about in value.into_iter().flat_map(|value| [value.choice.as_ref(), value.note.as_ref()]).flatten() {
                shown += &format!("    {}\n", paint.faint(about));
            }
        }
        rest = others;
    }
    shown
}

fn contradictions(all: &[Contradiction], paint: Paint) -> String {
    let one = |note: &Contradiction| {
        let field = note.field.as_ref().map(|field| format!("  ({field})")).unwrap_or_default();
        format!("{}\n  one:    {}\n  other:  {}\n  taken:  {}{field}\n", paint.strong(&note.topic), note.one, note.other, note.taken)
    };
    all.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn a_place_shows_what_lies_at_and_below_it_with_file_and_document() {
        let rulebook = rules::open(None).unwrap();
        let values = values(&rulebook, Some("security/deployments/azure"), false).unwrap();
        let minimum = values.iter().find(|value| value.place.ends_with("minimum_usd")).unwrap();
        assert_eq!((minimum.value.as_str(), minimum.file.as_str()), ("12000", "designations/security.toml"));
        assert!(minimum.document.starts_with("Partner Center"), "{}", minimum.document);
        assert!(values.iter().all(|value| value.place.starts_with("security/deployments/azure/")));
    }

    #[test]
    fn a_misspelt_place_gets_the_nearest_one() {
        let rulebook = rules::open(None).unwrap();
        let refusal = values(&rulebook, Some("secruity"), false).unwrap_err().downcast::<Refusal>().unwrap();
        assert_eq!(refusal.hints, ["did you mean `security`?"]);
    }

    #[test]
    fn every_file_that_is_named_is_carried() {
        let rulebook = rules::open(None).unwrap();
        let files = rules::files(None).unwrap();
        for value in values(&rulebook, None, false).unwrap() {
            assert!(files.iter().any(|(path, _)| path.ends_with(&value.file)), "{}: {}", value.place, value.file);
        }
    }
}
