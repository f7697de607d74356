//! Names as people write them, and as they are compared.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An identifier or a name in the form in which it is compared: lower case, without outer blanks.
///
/// Tenant, subscription and partner IDs, ARM ids, services, workloads, certifications and offers all compare this way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Name(Arc<str>);

impl Name {
    /// The comparable form of `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        if text.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) { Self(text.to_lowercase().into()) } else { Self(text.into()) }
    }

    /// The comparable form of `text`, or nothing when it is blank.
    #[must_use]
    pub fn new_if_any(text: &str) -> Option<Self> {
        let name = Self::new(text);
        (!name.0.is_empty()).then_some(name)
    }

    /// The text of the comparable form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Order of partner IDs: numbers by value first, then other texts alphabetically.
    #[must_use]
    pub fn id_order(&self) -> (bool, u128, Self) {
        match self.0.parse::<u128>() {
            Ok(number) => (false, number, self.clone()),
            Err(_) => (true, 0, self.clone()),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_and_outer_blanks() {
        assert_eq!(Name::new(" Key Vault "), Name::new("KEY VAULT"));
    }

    #[test]
    fn ids_order_as_numbers_before_texts() {
        let mut ids = ["b", "1000", "900", "a"].map(Name::new);
        ids.sort_by_key(Name::id_order);
        assert_eq!(ids.map(|id| id.to_string()), ["900", "1000", "a", "b"]);
    }
}
