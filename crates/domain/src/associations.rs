//! Associations by ID: what a tie goes back to, as exports name it.

use crate::attach::AttachType;
use crate::facts::{Consumption, PalLink};
use crate::register::{Register, tidy_scope};
use crate::ties::{Role, Tie};

impl Register<'_> {
    /// The ID of the association that ties a row of consumption: its kind and what it is on, `pal/TENANT/PRINCIPAL`,
    /// `dpor/SUBSCRIPTION`, `csp-tier-1/SUBSCRIPTION`. With the partner it names one row of the register.
    #[must_use]
    pub fn association_id(&self, tie: &Tie, row: &Consumption) -> String {
        let on = match tie.attach {
            AttachType::Pal => {
                let link = self.links_in(&row.tenant_id).find(|link| self.gives(link, tie, row));
                let principal = link.map(|link| format!("/{}", link.principal_id)).unwrap_or_default();
                format!("{}{principal}", row.tenant_id)
            }
            _ => row.subscription_id.to_string(),
        };
        format!("{}/{on}", tie.attach)
    }

    /// Whether a link gives the tie: it is to the tie's location, and holds the tie's role where the row is.
    fn gives(&self, link: &PalLink, tie: &Tie, row: &Consumption) -> bool {
        let day = row.tested_day();
        let is_held = link.held().holds_on(day) && self.can_link(&link.tenant_id, &link.principal_id, day);
        if !is_held || self.partners.location(&link.partner_id) != Some(tie.location) {
            return false;
        }
        let scopes = self.covering_scopes(&row.tenant_id, &row.subscription_id, row.resource_id.as_ref(), day);
        let covers = |scope: &str| scopes.contains(&tidy_scope(scope));
        let mut roles = self.links_in(&link.tenant_id).filter(|own| *own == link).flat_map(|own| self.held_roles(own, day));
        roles.any(|role| role.held().holds_on(day) && covers(role.scope.as_str()) && tie.role.as_ref() == Some(&Role::new(&role.role)))
    }
}
