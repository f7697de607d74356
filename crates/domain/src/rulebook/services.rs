//! Names of services and workloads: from resource types, meters and other spellings to the names that lists use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::rulebook::{Rulebook, Sourced};

/// Which service a charge is for. File: `imports/services.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceRules {
    /// Meter categories that name the service by themselves, whatever resource they are measured on.
    pub meters: Sourced<Vec<String>>,
    /// Services by the types of their resources.
    pub services: BTreeMap<String, ServiceTypes>,
}

/// The types of resource that belong to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceTypes {
    /// Types of resource, such as `microsoft.keyvault/vaults`.
    pub resource_types: Vec<Name>,
    /// Where this comes from.
    pub source: String,
}

/// Another spelling of a workload. File: `lists/workload-aliases.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkloadAlias {
    /// The workload, as lists spell it.
    pub workload: Name,
    /// Where the mapping comes from.
    pub source: String,
}

/// Names of services and workloads, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub struct ServiceNames {
    aliases: BTreeMap<Name, String>,
    meters: BTreeMap<Name, String>,
    types: BTreeMap<Name, String>,
    workloads: BTreeMap<Name, Name>,
}

impl ServiceNames {
    /// The names of a rulebook.
    #[must_use]
    pub fn new(rulebook: &Rulebook) -> Self {
        let rules = &rulebook.services;
        let types = rules.services.iter().flat_map(|(service, types)| types.resource_types.iter().map(|of| (of.clone(), service.clone())));
        Self {
            aliases: rulebook.service_aliases.iter().map(|(alias, row)| (alias.clone(), row.service.clone())).collect(),
            meters: rules.meters.value.iter().map(|meter| (Name::new(meter), meter.clone())).collect(),
            types: types.collect(),
            workloads: rulebook.workload_aliases.iter().map(|(alias, row)| (alias.clone(), row.workload.clone())).collect(),
        }
    }

    /// The service as lists spell it.
    #[must_use]
    pub fn service(&self, spelled: &str) -> String {
        self.aliases.get(&Name::new(spelled)).map_or_else(|| spelled.trim().to_owned(), Clone::clone)
    }

    /// The service of a charge: its meter's, if that names a service; or else that of the resource's type; or else the meter's
    /// category as it is spelled. Nothing when the charge has neither.
    #[must_use]
    pub fn service_of(&self, meter_category: Option<&str>, resource_id: Option<&str>) -> Option<String> {
        let by_meter = meter_category.and_then(|meter| self.meters.get(&Name::new(meter)));
        let by_type = || resource_id.and_then(|id| self.of_resource(id));
        let found = by_meter.or_else(by_type).map(String::as_str).or(meter_category)?;
        Some(self.service(found))
    }

    /// The service of a resource by its type: `microsoft.sql/servers/databases`, or else `microsoft.sql/servers`.
    fn of_resource(&self, id: &str) -> Option<&String> {
        let kind = resource_type(id)?;
        let mut kind = kind.as_str();
        loop {
            if let Some(service) = self.types.get(&Name::new(kind)) {
                return Some(service);
            }
            kind = kind.rsplit_once('/')?.0;
        }
    }

    /// The workload as lists spell it: another spelling's, or else the text in kebab-case.
    #[must_use]
    pub fn workload(&self, spelled: &str) -> Name {
        self.workloads.get(&Name::new(spelled)).cloned().unwrap_or_else(|| kebab(spelled))
    }
}

/// The type of a resource by its ARM id, in lower case: the last provider with the types behind it.
#[must_use]
pub fn resource_type(id: &str) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    let (_, behind) = lower.rsplit_once("/providers/")?;
    let mut parts = behind.split('/').filter(|part| !part.is_empty());
    let mut kind = parts.next()?.to_owned();
    // types and names alternate
    for part in parts.step_by(2) {
        kind.push('/');
        kind.push_str(part);
    }
    kind.contains('/').then_some(kind)
}

/// Words in lower case, joined by hyphens.
#[must_use]
pub fn kebab(text: &str) -> Name {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    Name::new(&words.collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_the_last_provider_with_its_types() {
        let of = |id| resource_type(id).unwrap_or_default();
        assert_eq!(
            of("/subscriptions/S/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/b"),
            "microsoft.sql/servers/databases"
        );
        assert_eq!(
            of("/subscriptions/s/providers/Microsoft.Web/sites/x/providers/Microsoft.Insights/components/y"),
            "microsoft.insights/components"
        );
        assert_eq!(of("/subscriptions/s/resourceGroups/g"), "");
    }

    #[test]
    fn a_meter_that_names_a_service_goes_before_the_resource_and_any_other_after_it() {
        let name = |text: &str| (Name::new(text), text.to_owned());
        let names = ServiceNames {
            aliases: BTreeMap::from([(Name::new("azure key vault"), "Key Vault".to_owned())]),
            meters: BTreeMap::from([name("Advanced Threat Protection")]),
            types: BTreeMap::from([(Name::new("microsoft.keyvault/vaults"), "Azure Key Vault".to_owned())]),
            workloads: BTreeMap::new(),
        };
        let vault = Some("/subscriptions/s/providers/MICROSOFT.KEYVAULT/VAULTS/v/keys/k");
        assert_eq!(names.service_of(Some("Security"), vault).as_deref(), Some("Key Vault"));
        assert_eq!(names.service_of(Some("advanced threat protection"), vault).as_deref(), Some("Advanced Threat Protection"));
        assert_eq!(names.service_of(Some("Bandwidth"), Some("/subscriptions/s")).as_deref(), Some("Bandwidth"));
        assert_eq!(names.service_of(None, None), None);
        assert_eq!(names.workload("Power Apps / Premium").as_str(), "power-apps-premium");
    }
}
