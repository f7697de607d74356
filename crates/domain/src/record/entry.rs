//! Entries of registers.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::names::Name;

/// An entry as the log and the database keep it: its fields by name. A field that holds nothing is left out.
pub type Fields = BTreeMap<String, Value>;

/// A kind of entry. Its JSON is an object; the fields `partner_id`, `tenant_id`, `subscription_id`, `person_id`, `state` and `scope`,
/// where it has them at the top, are what lists are picked by.
pub trait Entry: Serialize + DeserializeOwned {
    /// The register, in the singular and in kebab-case.
    const REGISTER: &'static str;

    /// What no other entry of the register has.
    fn id(&self) -> String;

    /// The fields of the entry.
    ///
    /// # Panics
    /// When the type does not become a JSON object, which a test of any entry of the type tells.
    #[must_use]
    fn fields(&self) -> Fields {
        match serde_json::to_value(self).expect("entries hold nothing that JSON cannot") {
            Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => panic!("an entry of `{}` is no object", Self::REGISTER),
        }
    }

    /// The entry of fields.
    ///
    /// # Errors
    /// When the fields are of no such entry.
    fn read(fields: &Fields) -> Result<Self, serde_json::Error> {
        serde_json::from_value(Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()))
    }
}

/// Which entries of a register are meant; a field that is not given picks nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct By {
    /// The partner's location (or account) at the top of the entry.
    pub partner_id: Option<Name>,
    /// The customer's tenant.
    pub tenant_id: Option<Name>,
    /// The subscription.
    pub subscription_id: Option<Name>,
    /// The person.
    pub person_id: Option<Name>,
    /// The state.
    pub state: Option<String>,
    /// What an exclusive association is on.
    pub scope: Option<String>,
}

/// The fields that lists are picked by.
pub const PICKED_BY: [&str; 6] = ["partner_id", "tenant_id", "subscription_id", "person_id", "state", "scope"];

impl By {
    /// The fields asked for with their values, in the order of [`PICKED_BY`].
    #[must_use]
    pub fn asked(&self) -> Vec<(&'static str, &str)> {
        let names = [&self.partner_id, &self.tenant_id, &self.subscription_id, &self.person_id].map(|id| id.as_ref().map(Name::as_str));
        let texts = [self.state.as_deref(), self.scope.as_deref()];
        PICKED_BY.into_iter().zip(names.into_iter().chain(texts)).filter_map(|(field, value)| Some((field, value?))).collect()
    }

    /// Whether an entry is meant.
    #[must_use]
    pub fn picks(&self, fields: &Fields) -> bool {
        self.asked().into_iter().all(|(field, wanted)| fields.get(field).and_then(Value::as_str) == Some(wanted))
    }
}
