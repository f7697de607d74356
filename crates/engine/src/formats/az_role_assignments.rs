//! `az-role-assignments`: the JSON of `az role assignment list`, or of a Resource Graph query for role assignments, which may hold role
//! definitions as well.

use std::collections::HashMap;

use domain::amount::Amount;
use domain::facts::{Principal, RoleAssignment};
use domain::names::Name;
use domain::rulebook::AzureRoles;
use domain::words::PrincipalKind;
use serde_json::Value;

use super::dates::{self, DateStyle};
use super::json::{JsonFormat, Objects, Refusal, needed, text};
use super::{Context, Intake};
use crate::problems::RowProblem;
use crate::suggestions::Suggestion;

/// Role assignments.
pub const FORMAT: JsonFormat = JsonFormat {
    table: "role_assignments",
    shape: "role assignments with `principalId` and `scope`",
    is_of: |object| is_definition(object) || (text(object, "principalId").is_some() && text(object, "scope").is_some()),
    take,
};

fn take(objects: &Objects<'_>, context: &Context, intake: &mut Intake<'_>) {
    let roles = defined_roles(objects);
    let definition = Name::new("role-definition");
    for (line, object) in objects.iter() {
        if is_definition(object) {
            // it names roles and is no assignment
            intake.ignore(line, objects.table, &definition, Amount::ZERO);
            continue;
        }
        match assignment(object, context, &roles) {
            Ok((row, kind)) => {
                if let Some(problem) = unnamed_role(objects, line, &row) {
                    intake.remark(problem);
                }
                if let Some(kind) = kind {
                    let (tenant_id, principal_id) = (row.tenant_id.clone(), row.principal_id.clone());
                    let name = text(object, "principalName");
                    let principal = Principal { tenant_id, principal_id, kind, name, deleted_on: None };
                    intake.suggest(line, Suggestion::Principal(principal));
                }
                intake.accept(line, row);
            }
            Err(refusal) => objects.refuse(line, refusal, intake),
        }
    }
}

fn is_definition(object: &Value) -> bool {
    text(object, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("microsoft.authorization/roledefinitions"))
}

/// The names of the roles that the file defines, by the GUIDs of their definitions.
fn defined_roles(objects: &Objects<'_>) -> HashMap<String, String> {
    let definitions = objects.list.iter().filter(|object| is_definition(object));
    let named =
        definitions.filter_map(|object| Some((guid(&text(object, "name").or_else(|| text(object, "id"))?), text(object, "roleName")?)));
    named.collect()
}

fn guid(definition: &str) -> String {
    definition.rsplit('/').next().unwrap_or(definition).to_ascii_lowercase()
}

fn assignment(
    object: &Value,
    context: &Context,
    roles: &HashMap<String, String>,
) -> Result<(RoleAssignment, Option<PrincipalKind>), Refusal> {
    let tenant_id = text(object, "tenantId").map(Name::from).or_else(|| context.tenant.clone()).ok_or_else(|| Refusal {
        reason: "tenant-unknown",
        field: "tenantId",
        value: String::new(),
        message: "the assignment names no tenant".to_owned(),
        cure: "pass `--tenant` with the customer's tenant ID".to_owned(),
    })?;
    let principal_id = Name::from(needed(object, "principalId")?);
    let scope = Name::from(needed(object, "scope")?);
    let role = match text(object, "roleDefinitionName") {
        Some(name) => name,
        None => role_of(&needed(object, "roleDefinitionId")?, roles, &context.rulebook.azure_roles),
    };
    let created = text(object, "createdOn").ok_or_else(|| Refusal {
        reason: "assigned-on-unknown",
        field: "createdOn",
        value: String::new(),
        message: "the assignment has no `createdOn`, so its first day is unknown".to_owned(),
        cure: "list the assignments with a version of `az` that gives `createdOn`, or add the day by hand".to_owned(),
    })?;
    let assigned_on = created.get(..10).and_then(|day| dates::day(day, DateStyle::default())).ok_or_else(|| Refusal {
        reason: "not-a-day",
        field: "createdOn",
        message: format!("`{created}` is not an instant; expected YYYY-MM-DDThh:mm:ss"),
        value: created,
        cure: "write the instant as ISO 8601".to_owned(),
    })?;
    let kind = text(object, "principalType").and_then(|kind| kind_of(&kind));
    Ok((RoleAssignment { tenant_id, principal_id, role, scope, assigned_on, removed_on: None }, kind))
}

/// The name of the role with this definition, which Resource Graph does not tell; its GUID when it is none of the known ones.
fn role_of(definition: &str, roles: &HashMap<String, String>, listed: &AzureRoles) -> String {
    let guid = guid(definition);
    let known = listed.find(&guid).map(|(name, _)| name.to_owned());
    roles.get(&guid).cloned().or(known).unwrap_or(guid)
}

fn unnamed_role(objects: &Objects<'_>, line: u64, row: &RoleAssignment) -> Option<RowProblem> {
    let is_guid = row.role.len() == 36 && row.role.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_guid.then(|| {
        let message = format!("the role `{}` is known by the ID of its definition only", row.role);
        let cure = "add the role definitions to the file, join their names in the query, or list with `az role assignment list`".to_owned();
        let problem = RowProblem::of_file(objects.table, objects.shown, "unnamed-role", message, cure);
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
