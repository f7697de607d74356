//! `rulebook diff`: what differs between two rulebooks.

use anyhow::Result;
use domain::rulebook::Rulebook;
use domain::rulebook::changes::{Became, Change, changes};
use domain::rulebook::entries::Entry;
use serde::Serialize;

use super::counted;
use crate::cli::Setting;
use crate::output::Paint;
use crate::problem::Exit;

/// What differs between two rulebooks: values, entries of lists, sources
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil rulebook diff 2023-10 my-rulebook/
  counterfoil rulebook diff my-rulebook/
  counterfoil rulebook diff 2023-10 my-rulebook/ -o tsv --query \"[].[place, before, after]\"")]
pub struct DiffArgs {
    /// The older rulebook: the folder of one version, one that was proposed in the home (its hash), or the version that the program carries
    #[arg(value_name = "OLD")]
    older: String,

    /// The newer rulebook, named alike [default: the one in force]
    #[arg(value_name = "NEW")]
    newer: Option<String>,
}

/// A place at which they differ, as it is shown.
#[derive(Debug, Serialize)]
pub struct ChangeView {
    pub file: String,
    pub place: String,
    pub became: Became,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Entries of a list that came, and that went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    came: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    went: Vec<String>,
    source_before: Option<String>,
    source_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Shows what differs.
///
/// # Errors
/// When one of the rulebooks cannot be used.
pub fn run(args: &DiffArgs, setting: &Setting) -> Result<Exit> {
    let older = setting.rulebook_named(&args.older)?;
    let newer = args.newer.as_deref().map_or_else(|| setting.rulebook(), |name| setting.rulebook_named(name))?;
    let views = views(&older, &newer);
    setting.output.print(&views, |paint| told(&older, &newer, &views, paint))?;
    Ok(Exit::Done)
}

/// What differs from one rulebook to another.
pub fn views(older: &Rulebook, newer: &Rulebook) -> Vec<ChangeView> {
    changes(older, newer).into_iter().map(view).collect()
}

fn view(change: Change) -> ChangeView {
    let source = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.source.clone()).filter(|source| !source.is_empty());
    let told = change.after.as_ref().or(change.before.as_ref());
    ChangeView {
        file: change.file(),
        place: change.place().to_owned(),
        became: change.became(),
        before: change.before.as_ref().map(Entry::shown),
        after: change.after.as_ref().map(Entry::shown),
        came: change.came(),
        went: change.went(),
        source_before: source(&change.before),
        source_after: source(&change.after),
        choice: told.and_then(|entry| entry.choice.clone()),
        note: told.and_then(|entry| entry.note.clone()),
    }
}

fn told(older: &Rulebook, newer: &Rulebook, views: &[ChangeView], paint: Paint) -> String {
    let named = |rulebook: &Rulebook| format!("{} ({})", rulebook.program.title, rulebook.program.version);
    let heading = format!("{} → {}: {}", named(older), named(newer), counted(views.len(), "difference"));
    let mut said = format!("{}\n", paint.strong(&heading));
    let mut file = "";
    for view in views {
        if file != view.file {
            file = &view.file;
            said += &format!("\n{}\n", paint.strong(file));
        }
        said += &line(view);
        for about in sourced(view).into_iter().chain(view.choice.clone()).chain(view.note.clone()) {
            said += &format!("      {}\n", paint.faint(&about));
        }
    }
    said
}

/// The place with what became of its value; of a list only what came and went.
fn line(view: &ChangeView) -> String {
    let ChangeView { place, before, after, .. } = view;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    match view.became {
        Became::New => format!("  + {place}: {}\n", text(after)),
        Became::Gone => format!("  - {place}: {}\n", text(before)),
        Became::Told => format!("  = {place}: {}\n", Became::Told.shown()),
        Became::Changed if view.came.is_empty() && view.went.is_empty() => format!("  ~ {place}: {} → {}\n", text(before), text(after)),
        Became::Changed => {
            let listed = |mark: &str, entries: &[String]| entries.iter().map(|entry| format!("      {mark} {entry}\n")).collect::<String>();
            format!("  ~ {place}\n{}{}", listed("-", &view.went), listed("+", &view.came))
        }
    }
}

/// The sources, when there are any: both where they differ.
fn sourced(view: &ChangeView) -> Option<String> {
    match (&view.source_before, &view.source_after) {
        (Some(before), Some(after)) if before != after => Some(format!("{before} → {after}")),
        (before, after) => after.clone().or_else(|| before.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn the_differences_are_told_by_file_with_what_came_what_went_and_the_sources() {
        let older = rules::open(None).unwrap();
        let mut newer = Rulebook::clone(&older);
        newer = newer.with_value("infrastructure/net-customer-adds/points_per_unit", toml::Value::Integer(5)).unwrap();
        newer.program.version = "2024-01".to_owned();
        newer.program.qualifying_points.source = "playbook#elsewhere".to_owned();
        let list = newer.lists.values_mut().next().unwrap();
        list.values.remove(0);
        list.values.push(domain::names::Name::new("another"));
        insta::assert_snapshot!(told(&older, &newer, &views(&older, &newer), Paint::plain()));
    }
}
