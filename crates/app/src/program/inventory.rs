//! The inventory of partner admin links, with where usage was seen.

use std::collections::HashSet;

use anyhow::Result;
use domain::inventory::{Item, Places, inventory};
use domain::names::Name;
use domain::register::Register;
use domain::time::Day;

use super::OpenProgram;

impl OpenProgram {
    /// Every partner admin link as of a day, by tenant and identity: what it reaches, and whether it works.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn inventory(&self, day: Day) -> Result<Vec<Item>> {
        let program = &self.dataset.program;
        let linked: HashSet<&Name> = program.pal_links.iter().map(|link| &link.tenant_id).collect();
        let mut places = Places::new();
        self.each_consumption(None, |row, _| {
            if row.usage_date > day || !linked.contains(&row.tenant_id) {
                return;
            }
            let seen = match places.get_mut(&row.tenant_id) {
                Some(seen) => seen,
                None => places.entry(row.tenant_id.clone()).or_default(),
            };
            let place = (row.subscription_id.clone(), row.resource_id.clone());
            if !seen.contains(&place) {
                seen.insert(place);
            }
        })?;
        Ok(inventory(&Register::new(program, &self.rulebook), program, &places, day))
    }
}
