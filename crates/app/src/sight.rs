//! Sight: which entries an organisation may see.

use std::collections::HashMap;

use anyhow::Result;
use domain::facts::Program;
use domain::names::Name;
use domain::record::actor::Organisation;
use domain::record::entry::Fields;
use domain::standing;
use serde_json::Value;

use crate::home::Home;

/// Which entries may be seen: the operator sees all, a partner what is of its locations, a customer what is of its tenant.
pub struct Sight {
    organisation: Option<Organisation>,
    /// The one location of the partner that somebody is limited to.
    location: Option<Name>,
    /// The global account of every location.
    globals: HashMap<Name, Name>,
}

impl Sight {
    /// The sight of somebody who acts for an organisation, limited to a location or not.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn of(home: &Home, organisation: Option<Organisation>, location: Option<Name>) -> Result<Self> {
        let globals = if matches!(organisation, Some(Organisation::Partner(_))) {
            let mut program = Program { partners: home.imported()?.partners.clone(), ..Program::default() };
            standing::merge(&mut program, &home.standing()?)?;
            program.partners.into_iter().map(|row| (row.partner_id, row.global_partner_id)).collect()
        } else {
            HashMap::new()
        };
        Ok(Self { organisation, location, globals })
    }

    /// Whether an entry may be seen.
    pub fn takes_in(&self, fields: &Fields) -> bool {
        let Some(own) = &self.organisation else { return false };
        if let Some(of) = fields.get("organisation") {
            return *own == Organisation::Operator || serde_json::to_value(own).is_ok_and(|own| own == *of);
        }
        let name = |field: &str| fields.get(field).and_then(Value::as_str).map(Name::new);
        match own {
            Organisation::Operator => true,
            Organisation::Customer(tenant) => name("tenant_id").as_ref() == Some(tenant),
            Organisation::Partner(global) => name("partner_id").is_some_and(|partner| {
                let own = || self.globals.get(&partner) == Some(global) && self.location.as_ref().is_none_or(|own| *own == partner);
                partner == *global || own()
            }),
        }
    }
}
