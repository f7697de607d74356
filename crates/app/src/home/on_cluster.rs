//! Jobs of clusters, in a home's storage.

use anyhow::{Context, Result};
use domain::facts::Program;
use engine::cluster::{Session, Where};
use engine::objects::Objects;

use super::Home;
use crate::rules::Files;

impl Home {
    /// A job of crediting the home's lake by registers and rules, in its storage or, without one, in its folder.
    ///
    /// # Errors
    /// When the lake cannot be read, or the job not be written.
    pub fn session(&self, place: Where, program: &Program, rulebook: &Files) -> Result<Session> {
        let storage = match &self.storage {
            Some(storage) => storage.clone(),
            None => Objects::open(&self.place.root.to_string_lossy(), &self.runtime)?,
        };
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
        let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Session::open(place, &name, &storage, &self.whole_lake()?, (program, rulebook), &self.runtime)?)
    }
}
