//! `az-management-groups`: management groups and what they hold, by a Resource Graph query of `resourcecontainers`, or by
//! `az account management-group show --expand --recurse`.

use domain::amount::Amount;
use domain::facts::ManagementGroup;
use domain::names::Name;
use serde_json::Value;

use super::json::{JsonFormat, Objects, Refusal, text};
use super::{Context, Intake};
use crate::suggestions::{self, Suggestion};

/// Management groups and subscriptions.
pub const FORMAT: JsonFormat = JsonFormat {
    table: "management_groups",
    shape: "management groups or subscriptions with `type` and `id`",
    is_of: |object| kind(object).is_some(),
    take,
};

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Group,
    Subscription,
}

fn kind(object: &Value) -> Option<Kind> {
    let kind = text(object, "type")?.to_ascii_lowercase();
    match kind.trim_start_matches('/') {
        "microsoft.management/managementgroups" | "providers/microsoft.management/managementgroups" => Some(Kind::Group),
        "microsoft.resources/subscriptions" | "subscriptions" => Some(Kind::Subscription),
        _ => None,
    }
}

fn take(objects: &Objects<'_>, context: &Context, intake: &mut Intake<'_>) {
    for (line, object) in objects.iter() {
        let tenant = text(object, "tenantId").map(Name::from).or_else(|| context.tenant.clone());
        let Some(tenant) = tenant else {
            let message = "the object names no tenant".to_owned();
            let cure = "pass `--tenant` with the customer's tenant ID".to_owned();
            objects.refuse(line, Refusal { reason: "tenant-unknown", field: "tenantId", value: String::new(), message, cure }, intake);
            continue;
        };
        place(objects, &tenant, line, object, intake);
    }
}

/// Takes in where an object hangs, and what hangs below it.
fn place(objects: &Objects<'_>, tenant: &Name, line: u64, object: &Value, intake: &mut Intake<'_>) {
    let Some(id) = text(object, "id").map(|id| id.to_ascii_lowercase()) else {
        let message = "the object has no `id`".to_owned();
        let cure = "add `id` to the columns of the query".to_owned();
        return objects.refuse(line, Refusal { reason: "blank-cell", field: "id", value: String::new(), message, cure }, intake);
    };
    if kind(object) == Some(Kind::Subscription)
        && let Some(subscription) = id.strip_prefix("/subscriptions/").and_then(Name::new_if_any)
    {
        intake.suggest(line, Suggestion::Subscription(suggestions::subscription(subscription, tenant.clone())));
    }
    match parent(object) {
        Some(parent) => intake.accept(line, held(tenant, &parent, &id)),
        // the root hangs nowhere; so does a subscription of which the query left out the groups above
        None => intake.ignore(
            line,
            objects.table,
            &Name::new(if kind(object) == Some(Kind::Group) { "root-management-group" } else { "no-management-group" }),
            Amount::ZERO,
        ),
    }
    hold_children(tenant, &id, line, object, intake);
}

/// What stands below an object that was listed with its children.
fn hold_children(tenant: &Name, group: &str, line: u64, object: &Value, intake: &mut Intake<'_>) {
    let properties = object.get("properties").and_then(|properties| properties.get("children"));
    for child in object.get("children").or(properties).and_then(Value::as_array).into_iter().flatten() {
        if let Some(id) = text(child, "id") {
            intake.accept(line, held(tenant, group, &id));
            hold_children(tenant, &id, line, child, intake);
        }
    }
}

fn held(tenant: &Name, group: &str, child: &str) -> ManagementGroup {
    let name = group.rsplit('/').next().unwrap_or(group);
    ManagementGroup { tenant_id: tenant.clone(), management_group_id: Name::new(name), child: Name::new(child), from: None, to: None }
}

/// The management group right above an object: its parent, or the first of its chain of ancestors.
fn parent(object: &Value) -> Option<String> {
    let properties = object.get("properties").unwrap_or(object);
    let parent = properties.get("details").and_then(|details| details.get("parent")).or_else(|| properties.get("parent"));
    let named = |value: &Value| text(value, "name").or_else(|| text(value, "id"));
    let chain = properties.get("managementGroupAncestorsChain").or_else(|| properties.get("details")?.get("managementGroupAncestorsChain"));
    parent.and_then(named).or_else(|| chain.and_then(|chain| named(chain.get(0)?)))
}
