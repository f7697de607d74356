//! The seat at the desk: what commands that act on registers have in common.

use std::sync::Arc;

use anyhow::Result;
use domain::cells::Cell;
use domain::record::actor::Actor;
use domain::record::desk::{Acted, Desk};
use domain::record::event::Event;
use domain::rulebook::Rulebook;
use serde::Serialize;

use super::user::organisation;
use crate::cli::Setting;
use crate::home::Home;
use crate::output::table;
use crate::problem::{Exit, say};
use crate::views::persons::seen_by;

/// Who acts, where, by which rules.
pub struct Seat<'a> {
    /// The home.
    pub home: Home,
    /// The rules.
    pub rulebook: Arc<Rulebook>,
    actor: Actor,
    setting: &'a Setting,
}

impl<'a> Seat<'a> {
    /// Sits down in the home, as the user that the command names.
    ///
    /// # Errors
    /// When there is no home, no such user, or the rulebook cannot be used.
    pub fn take(setting: &'a Setting) -> Result<Self> {
        let home = Home::open(&setting.home()?)?;
        let actor = home.actor(setting.user())?;
        let rulebook = setting.rulebook_in(&home)?;
        Ok(Self { home, rulebook, actor, setting })
    }

    /// Acts, or reads.
    ///
    /// # Errors
    /// When the act is refused, or the registers cannot be read or written.
    pub fn act<T>(&self, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<T> {
        Ok(self.home.act(&self.rulebook, self.actor.clone(), act)?.given)
    }

    /// Acts, and tells what came of it.
    ///
    /// # Errors
    /// As [`Seat::act`]; and when stdout cannot be written.
    pub fn tell<T: Serialize>(&self, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>, told: impl FnOnce(&T) -> String) -> Result<Exit> {
        let given = self.act(act)?;
        self.setting.output.print(&given, |_| format!("{}\n", told(&given)))?;
        Ok(Exit::Done)
    }

    /// Reads a list, and tells it as a table; `empty` says what an empty one means.
    ///
    /// # Errors
    /// As [`Seat::tell`].
    pub fn table<T: Serialize>(
        &self,
        read: impl FnOnce(&mut Desk<'_>) -> Acted<Vec<T>>,
        header: &[&str],
        row: impl Fn(&T) -> Vec<String>,
        empty: &str,
    ) -> Result<Exit> {
        let rows = self.act(read)?;
        self.print(&rows, header, row)?;
        if rows.is_empty() {
            say(&format!("{empty}\n"));
        }
        Ok(Exit::Done)
    }

    /// Prints rows.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn print<T: Serialize>(&self, rows: &[T], header: &[&str], row: impl Fn(&T) -> Vec<String>) -> Result<()> {
        self.setting.output.print(&rows, |_| {
            if rows.is_empty() {
                return String::new();
            }
            lines(header, &rows.iter().map(row).collect::<Vec<_>>())
        })
    }

    /// Prints an entry with its story: `head` first, then every event about it.
    ///
    /// # Errors
    /// When the log cannot be read or stdout cannot be written.
    pub fn story<T: Serialize>(&self, entry: &T, register: &str, id: &str, head: impl FnOnce(&T) -> String) -> Result<Exit> {
        let events = seen_by(&self.actor, self.home.events_of(register, id)?);
        let answer = Story { entry, events: &events };
        self.setting.output.print(&answer, |_| format!("{}\n{}", head(entry).trim_end(), told(&events)))?;
        Ok(Exit::Done)
    }
}

#[derive(Serialize)]
struct Story<'a, T> {
    entry: &'a T,
    events: &'a [Event],
}

fn told(events: &[Event]) -> String {
    if events.is_empty() {
        return "\nnobody has changed it here: this is what imports tell\n".to_owned();
    }
    let row = |event: &Event| {
        let who = event.what.organisation.as_ref().map_or_else(String::new, |of| format!(", {}", organisation(of)));
        let what = &event.what;
        vec![
            format!("{:.0}", event.recorded_at),
            what.kind.clone(),
            what.effective_on.to_string(),
            format!("{}{who}", what.actor),
            what.reason.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = events.iter().map(row).collect();
    format!("\n{}", lines(&["RECORDED", "WHAT", "HOLDS FROM", "BY", "WHY"], &rows))
}

/// Rows under a header, as a text.
pub fn lines(header: &[&str], rows: &[Vec<String>]) -> String {
    table::lines(header, rows, &[]).iter().map(|line| format!("{line}\n")).collect()
}

/// Something that may be missing, for a cell.
pub fn shown(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Reads a word of a closed list.
///
/// # Errors
/// When it is none of them; the nearest is named.
pub fn word<T: Cell>(text: &str) -> Result<T, String> {
    T::read(text).map_err(|(message, cure)| format!("{message}; {cure}"))
}
