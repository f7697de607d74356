//! What somebody may see of a home.

use anyhow::Result;
use domain::facts::{Program, Subscription};
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
                let mut program = Program { partners: self.imported()?.partners.clone(), ..Program::default() };
                standing::merge(&mut program, &self.standing()?)?;
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
