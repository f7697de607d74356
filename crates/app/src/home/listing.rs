//! Entries of registers in the order of their ids: as they stand or, of those that nobody has changed, as imported rows tell them.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use anyhow::Result;
use domain::record::desk::Registers as _;
use domain::record::entry::{By, Fields};
use domain::standing;
use store::log::Part;

use super::Home;

/// How many entries are read at once, at most.
const PAGE_MAX: u32 = 1_024;

/// An entry: its id, the last event about it (0 while only imported rows tell it), and its fields.
pub type Listed = (String, u64, Fields);

impl Home {
    /// Entries of a register after an id, in the order of their ids.
    ///
    /// # Errors
    /// When the registers or the lake cannot be read.
    pub fn entries(&self, register: &str, by: &By, after: &str) -> Result<Vec<Listed>> {
        let mut entries = Vec::new();
        self.entries_while(register, std::slice::from_ref(by), after, PAGE_MAX, |entry| {
            entries.push(entry);
            anyhow::Ok(true)
        })?;
        Ok(entries)
    }

    /// Gives the entries of a register after an id that are meant by one of `by`, none by two, to `take` as long as it returns true. They are
    /// read `about` so many at once at first, and more when that was too few: a page of a list does not read the whole register.
    ///
    /// # Errors
    /// When the registers or the lake cannot be read, or `take` fails.
    pub fn entries_while<E: From<anyhow::Error>>(
        &self,
        register: &str,
        by: &[By],
        after: &str,
        about: u32,
        mut take: impl FnMut(Listed) -> Result<bool, E>,
    ) -> Result<(), E> {
        let imported = if standing::FACTUAL.contains(&register) { Some(self.imported()?) } else { None };
        let mut pages: Vec<Pages<'_>> = by.iter().map(|by| self.standing_pages(register, by, after, about)).collect();
        if let Some(imported) = &imported {
            pages.extend(by.iter().map(|by| self.told_pages(imported, register, by, after, about)));
        }
        let mut last = None;
        loop {
            pages.iter_mut().try_for_each(Pages::fill)?;
            let filled = pages.iter_mut().filter(|pages| !pages.read.is_empty());
            let Some(next) = filled.min_by(|a, b| a.read[0].0.cmp(&b.read[0].0)).and_then(|pages| pages.read.pop_front()) else {
                return Ok(());
            };
            // what somebody changes while it is read is told as imported rows have it or as it stands, not both
            if last.as_ref() == Some(&next.0) {
                continue;
            }
            last = Some(next.0.clone());
            if !take(next)? {
                return Ok(());
            }
        }
    }

    /// Pages of the entries that events made.
    fn standing_pages<'a>(&'a self, register: &'a str, by: &'a By, after: &str, about: u32) -> Pages<'a> {
        let mut after = after.to_owned();
        Pages::new(about, move |most| {
            let page = self.stored(register, by, &Part { after: &after, most: Some(most) })?;
            let is_full = page.len() >= most as usize;
            if let Some(last) = page.last() {
                after.clone_from(&last.id);
            }
            Ok((page.into_iter().map(|entry| (entry.id, entry.sequence, entry.fields)).collect(), is_full))
        })
    }

    /// Pages of what imported rows tell of entries, but for those that events have changed: an entry may have come to be of another partner
    /// or state than the rows tell.
    fn told_pages<'a>(
        &'a self,
        imported: &'a Arc<standing::Imported>,
        register: &'a str,
        by: &'a By,
        after: &str,
        about: u32,
    ) -> Pages<'a> {
        let mut told = imported.list(register, by, after);
        Pages::new(about, move |most| {
            let page: Vec<(&str, Fields)> = told.by_ref().take(most as usize).collect();
            let ids: Vec<&str> = page.iter().map(|(id, _)| *id).collect();
            let changed = self.changed_of(register, &ids)?;
            let is_full = page.len() >= most as usize;
            let unchanged = page.into_iter().filter(|(id, _)| !changed.contains(*id));
            Ok((unchanged.map(|(id, fields)| (id.to_owned(), 0, fields)).collect(), is_full))
        })
    }

    /// Those of some ids whose entries events have made.
    fn changed_of(&self, register: &str, ids: &[&str]) -> Result<HashSet<String>> {
        let Some(then) = self.then() else { return Ok(self.runtime.block_on(self.store.list_standing(register, ids))?) };
        let memory = then.memory(self)?;
        let mut changed = HashSet::new();
        for id in ids {
            if memory.find(register, id).map_err(anyhow::Error::from_boxed)?.is_some() {
                changed.insert((*id).to_owned());
            }
        }
        Ok(changed)
    }
}

/// What reads a page of so many entries; it tells whether there may be more.
type Read<'a> = Box<dyn FnMut(u32) -> Result<(VecDeque<Listed>, bool)> + 'a>;

/// A list that is read page by page, each larger than the one before.
struct Pages<'a> {
    read: VecDeque<Listed>,
    next: Read<'a>,
    most: u32,
    has_more: bool,
}

impl<'a> Pages<'a> {
    fn new(about: u32, next: impl FnMut(u32) -> Result<(VecDeque<Listed>, bool)> + 'a) -> Self {
        Self { read: VecDeque::new(), next: Box::new(next), most: about.clamp(1, PAGE_MAX), has_more: true }
    }

    /// Reads on until there is an entry, or none is left.
    fn fill(&mut self) -> Result<()> {
        while self.read.is_empty() && self.has_more {
            (self.read, self.has_more) = (self.next)(self.most)?;
            self.most = (self.most * 2).min(PAGE_MAX);
        }
        Ok(())
    }
}
