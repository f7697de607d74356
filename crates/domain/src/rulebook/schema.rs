//! JSON Schemas of a rulebook's files, for editors.

use std::collections::BTreeMap;

use schemars::{Schema, schema_for};

use crate::names::Name;
use crate::rulebook::associations::{CporRules, CspRules, DporRules, PalRules, PeopleRules};
use crate::rulebook::parse::{Contradictions, place};
use crate::rulebook::{
    AreaRules, AzureRoles, CertificationRules, ImportRules, ListRules, ProgramRules, RateRow, ServiceAlias, ServiceRules, SourceDocument,
    WorkloadAlias,
};

/// The schema of every kind of file but the examples, by the name that [`schema_of`] gives.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("rulebook", schema_for!(ProgramRules)),
        ("sources", schema_for!(BTreeMap<String, SourceDocument>)),
        ("contradictions", schema_for!(Contradictions)),
        ("pal", schema_for!(PalRules)),
        ("dpor", schema_for!(DporRules)),
        ("csp", schema_for!(CspRules)),
        ("cpor", schema_for!(CporRules)),
        ("people", schema_for!(PeopleRules)),
        ("designation", schema_for!(AreaRules)),
        ("list", schema_for!(ListRules)),
        ("azure-roles", schema_for!(AzureRoles)),
        ("rate-card", schema_for!(BTreeMap<Name, RateRow>)),
        ("certifications", schema_for!(BTreeMap<Name, CertificationRules>)),
        ("service-aliases", schema_for!(BTreeMap<Name, ServiceAlias>)),
        ("workload-aliases", schema_for!(BTreeMap<Name, WorkloadAlias>)),
        ("import", schema_for!(ImportRules)),
        ("services", schema_for!(ServiceRules)),
    ]
}

/// The name of the schema of the file at a path, and the path to the schemas' folder from there.
#[must_use]
pub fn schema_of(path: &str) -> (&str, &'static str) {
    let at = place(path);
    let stem = at.rsplit('/').next().unwrap_or(at).trim_end_matches(".toml");
    match at.split_once('/').map(|(folder, _)| folder) {
        None => (stem, "../schema"),
        Some("designations") => ("designation", "../../schema"),
        Some("examples") => ("example", "../../schema"),
        Some("imports") if stem != "services" => ("import", "../../schema"),
        Some("lists") if !["azure-roles", "rate-card", "certifications", "service-aliases", "workload-aliases"].contains(&stem) => {
            ("list", "../../schema")
        }
        Some(_) => (stem, "../../schema"),
    }
}
