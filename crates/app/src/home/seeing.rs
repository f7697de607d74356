//! What somebody may see of a home.

use std::sync::Arc;

use anyhow::Result;
use domain::facts::{Partner, Program, Subscription};
use domain::record::actor::{Actor, Organisation};
use domain::record::entry::{By, Entry as _};
use domain::sight::Sight;
use domain::standing;

use super::Home;

impl Home {
    /// What an actor may see of the registers.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn sight(&self, actor: Actor) -> Result<Sight> {
        Ok(match &actor.organisation {
            Some(Organisation::Partner(_)) => {
                let (imported, entries) = (self.imported()?, self.standing_of([Partner::REGISTER])?);
                if entries.values().all(Vec::is_empty) {
                    return Ok(Sight::with_accounts(actor, Arc::clone(imported.accounts()), []));
                }
                let mut program = Program { partners: imported.program().partners.clone(), ..Program::default() };
                standing::merge(&mut program, &entries)?;
                Sight::new(actor, program.partners.to_vec(), [])
            }
            Some(Organisation::Customer(tenant)) => {
                let by = By { tenant_id: Some(tenant.clone()), ..By::default() };
                let rows = self.entries(Subscription::REGISTER, &by, "")?.into_iter();
                let rows: Vec<Subscription> = rows.map(|(_, _, fields)| Subscription::read(&fields)).collect::<Result<_, _>>()?;
                Sight::new(actor, [], rows)
            }
            _ => Sight::new(actor, [], []),
        })
    }
}
