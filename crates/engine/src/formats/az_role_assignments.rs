//! `az-role-assignments`: the JSON of `az role assignment list`, or of a Resource Graph query for role assignments.

use domain::amount::Amount;
use domain::facts::{Principal, RoleAssignment};
use domain::names::Name;
use domain::time::Day;
use domain::words::PrincipalKind;
use serde_json::Value;

use super::{Context, Intake, SourceFile};
use crate::problems::{RowProblem, Severity};
use crate::source::FileError;

const TABLE: &str = "role_assignments";

/// Built-in roles by the GUID of their definition, for Resource Graph, which does not name them.
const ROLES: [(&str, &str); 4] = [
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
    ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
    ("cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e", "Support Request Contributor"),
    ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor"),
];

/// Why an assignment cannot be taken: the reason, the field, its value, the message and the cure.
type Refusal = (&'static str, &'static str, String, String, String);

/// Reads a list of assignments; the line of a row is its place in the list, from 1.
pub fn read(source: &SourceFile, context: &Context, intake: &mut Intake<'_>) -> Result<(), FileError> {
    let bytes = std::fs::read(&source.path).map_err(|error| FileError::open(&source.shown, error))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let json: Value = serde_json::from_slice(bytes).map_err(|error| FileError::broken(&source.shown, 0, format!("not JSON: {error}")))?;
    let list = ["data", "value", "Data"].iter().find_map(|name| json.get(name)).unwrap_or(&json);
    let Some(list) = list.as_array() else {
        return Err(FileError::broken(&source.shown, 0, "expected a list of role assignments, `[…]` or `{\"data\": […]}`"));
    };
    for (at, item) in list.iter().enumerate() {
        let line = at as u64 + 1;
        match assignment(item, context) {
            Ok((row, kind)) => {
                if let Some(problem) = unnamed_role(source, line, &row) {
                    intake.remark(problem);
                }
                if let Some(kind) = kind {
                    let (tenant_id, principal_id) = (row.tenant_id.clone(), row.principal_id.clone());
                    let name = text(item, "principalName");
                    intake.suggest(line, Principal { tenant_id, principal_id, kind, name, deleted_on: None });
                }
                intake.accept(line, row);
            }
            Err((reason, column, value, message, cure)) => {
                let problem = RowProblem::of_file(TABLE, &source.shown, reason, message, cure);
                let severity = Severity::Quarantined;
                intake.quarantine(RowProblem { line: Some(line), column: column.to_owned(), value, severity, ..problem }, Amount::ZERO);
            }
        }
    }
    Ok(())
}

/// A field of the assignment, or of its `properties` (the Resource Graph shape); nothing when blank.
fn text(item: &Value, name: &str) -> Option<String> {
    let found = [item.get(name), item.get("properties").and_then(|properties| properties.get(name))];
    found.into_iter().flatten().find_map(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn needed(item: &Value, name: &'static str) -> Result<String, Refusal> {
    text(item, name).ok_or_else(|| {
        let cure = format!("export the assignments again with `{name}`");
        ("blank-cell", name, String::new(), format!("the assignment has no `{name}`"), cure)
    })
}

fn assignment(item: &Value, context: &Context) -> Result<(RoleAssignment, Option<PrincipalKind>), Refusal> {
    let tenant_id = text(item, "tenantId").map(Name::from).or_else(|| context.tenant.clone()).ok_or_else(|| {
        let message = "the assignment names no tenant".to_owned();
        ("tenant-unknown", "tenantId", String::new(), message, "pass `--tenant` with the customer's tenant ID".to_owned())
    })?;
    let principal_id = Name::from(needed(item, "principalId")?);
    let scope = Name::from(needed(item, "scope")?);
    let role = match text(item, "roleDefinitionName") {
        Some(name) => name,
        None => role_of(&needed(item, "roleDefinitionId")?),
    };
    let created = text(item, "createdOn").ok_or_else(|| {
        let cure = "list the assignments with a version of `az` that gives `createdOn`, or add the day by hand".to_owned();
        (
            "assigned-on-unknown",
            "createdOn",
            String::new(),
            "the assignment has no `createdOn`, so its first day is unknown".to_owned(),
            cure,
        )
    })?;
    let assigned_on: Day = created.get(..10).and_then(|day| day.parse().ok()).ok_or_else(|| {
        let message = format!("`{created}` is not an instant; expected YYYY-MM-DDThh:mm:ss");
        ("not-a-day", "createdOn", created.clone(), message, "write the instant as ISO 8601".to_owned())
    })?;
    let kind = text(item, "principalType").and_then(|kind| kind_of(&kind));
    Ok((RoleAssignment { tenant_id, principal_id, role, scope, assigned_on, removed_on: None }, kind))
}

/// The name of the role with this definition; its GUID when it is none of the known ones.
fn role_of(definition: &str) -> String {
    let guid = definition.rsplit('/').next().unwrap_or(definition).to_ascii_lowercase();
    ROLES.iter().find(|(known, _)| *known == guid).map_or(guid, |(_, name)| (*name).to_owned())
}

fn unnamed_role(source: &SourceFile, line: u64, row: &RoleAssignment) -> Option<RowProblem> {
    let is_guid = row.role.len() == 36 && row.role.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_guid.then(|| {
        let message = format!("the role `{}` is known by the ID of its definition only", row.role);
        let cure = "join the role definitions' names in the query, or list with `az role assignment list`".to_owned();
        let problem = RowProblem::of_file(TABLE, &source.shown, "unnamed-role", message, cure);
        RowProblem { line: Some(line), column: "roleDefinitionId".to_owned(), value: row.role.clone(), ..problem }
    })
}

fn kind_of(kind: &str) -> Option<PrincipalKind> {
    match kind.to_ascii_lowercase().as_str() {
        "user" => Some(PrincipalKind::User),
        "group" | "foreigngroup" => Some(PrincipalKind::Group),
        "serviceprincipal" => Some(PrincipalKind::ServicePrincipal),
        _ => None,
    }
}
