//! `az-role-assignments`: lists of the command line and of Resource Graph.

use engine::formats::Format;

use crate::importing::{Home, fates};
use crate::scene::folder;

#[test]
fn the_list_of_the_command_line_gives_assignments_and_principals() {
    let json = r#"[
        {"createdOn": "2024-03-05T10:11:12.123456+00:00", "principalId": "P-1", "principalName": "ann@example.com", "principalType": "User",
         "roleDefinitionId": "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
         "roleDefinitionName": "Owner", "scope": "/subscriptions/S-1"},
        {"createdOn": "2024-03-06T00:00:00+00:00", "principalId": "P-1", "principalType": "User", "roleDefinitionName": "Reader", "scope": "/subscriptions/S-1/resourceGroups/rg"},
        {"principalId": "P-2", "principalType": "Group", "roleDefinitionName": "Reader", "scope": "/"}
    ]"#;
    let sources = folder(&[("assignments.json", json.as_bytes())]);
    let path = sources.path().join("assignments.json");
    let mut home = Home::new();
    let without_tenant = home.import(&path);
    assert_eq!(fates(&without_tenant), "role_assignments quarantined 3 0");
    let outcome = home.try_import(&path, Some("T-1")).unwrap();
    assert_eq!(fates(&outcome), "principals accepted 1 0\nrole_assignments accepted 2 0\nrole_assignments quarantined 1 0");
    let told: Vec<String> = outcome.problems.kept().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
    let program = home.rows().program;
    assert_eq!(program.principals[0].name.as_deref(), Some("ann@example.com"));
    let rows: Vec<String> = program
        .role_assignments
        .iter()
        .map(|row| format!("{} {} {} {} {}", row.tenant_id, row.principal_id, row.role, row.scope, row.assigned_on))
        .collect();
    assert_eq!(rows, ["t-1 p-1 Owner /subscriptions/s-1 2024-03-05", "t-1 p-1 Reader /subscriptions/s-1/resourcegroups/rg 2024-03-06"]);
}

#[test]
fn resource_graph_names_the_tenant_and_roles_by_their_guid() {
    let json = r#"{"count": 2, "data": [
        {"tenantId": "T-1", "type": "microsoft.authorization/roleassignments", "properties": {"principalId": "P-1", "principalType": "ServicePrincipal",
         "roleDefinitionId": "/providers/Microsoft.Authorization/RoleDefinitions/B24988AC-6180-42a0-ab88-20f7382dd24c", "scope": "/", "createdOn": "2024-03-05T10:11:12Z"}},
        {"tenantId": "T-1", "properties": {"principalId": "P-2", "roleDefinitionId": "/x/00000000-0000-0000-0000-000000000001", "scope": "/", "createdOn": "2024-03-05T10:11:12Z"}}
    ]}"#;
    let sources = folder(&[("graph.json", json.as_bytes())]);
    let mut home = Home::new();
    let outcome = home.import(&sources.path().join("graph.json"));
    assert_eq!(outcome.files[0].format, Format::AzRoleAssignments);
    assert_eq!(fates(&outcome), "principals accepted 1 0\nrole_assignments accepted 2 0");
    assert_eq!(outcome.problems.kept().iter().map(|problem| problem.reason).collect::<Vec<_>>(), ["unnamed-role"]);
    let roles: Vec<String> = home.rows().program.role_assignments.iter().map(|row| row.role.clone()).collect();
    assert_eq!(roles, ["Contributor", "00000000-0000-0000-0000-000000000001"]);
}

#[test]
fn a_file_that_is_no_list_says_so() {
    let sources = folder(&[("x.json", b"{\"a\": 1}"), ("y.json", b"[1,")]);
    for name in ["x.json", "y.json"] {
        let error = Home::new().try_import(&sources.path().join(name), None).unwrap_err().to_string();
        assert!(error.contains("cannot be read at all") || error.contains("is of no known format: its JSON holds `a`"), "{error}");
    }
}

#[test]
fn management_groups_that_were_listed_with_their_children_are_followed_down() {
    let json = r#"{"id": "/providers/Microsoft.Management/managementGroups/Root", "name": "Root", "type": "Microsoft.Management/managementGroups",
        "details": {"parent": {"id": "/providers/Microsoft.Management/managementGroups/T-1", "name": "T-1"}}, "children": [
            {"id": "/providers/Microsoft.Management/managementGroups/Prod", "type": "Microsoft.Management/managementGroups", "children": [
                {"id": "/subscriptions/S-1", "type": "/subscriptions", "children": null}]}]}"#;
    let sources = folder(&[("groups.json", json.as_bytes())]);
    let mut home = Home::new();
    let outcome = home.try_import(&sources.path().join("groups.json"), Some("T-1")).unwrap();
    assert_eq!(outcome.files[0].format, Format::AzManagementGroups);
    let rows: Vec<String> =
        home.rows().program.management_groups.iter().map(|row| format!("{} {}", row.management_group_id, row.child)).collect();
    assert_eq!(
        rows,
        [
            "prod /subscriptions/s-1",
            "root /providers/microsoft.management/managementgroups/prod",
            "t-1 /providers/microsoft.management/managementgroups/root"
        ]
    );
}
