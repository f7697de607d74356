//! The policies, parsed once, and how they are asked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicySet,
    Request, RestrictedExpression as Value, Schema,
};

use super::{Act, On};
use crate::names::Name;
use crate::record::actor::{Actor, Organisation};

const POLICIES: &str = include_str!("../../rights/counterfoil.cedar");
#[cfg(test)]
const SCHEMA: &str = include_str!("../../rights/counterfoil.cedarschema");

/// What is asked for an act.
struct Asked {
    /// The act, as policies name it.
    action: EntityUid,
    /// The policies about it; the others would say nothing.
    policies: PolicySet,
    /// Who may do it in the words of `@who`, with the side that each policy is about.
    who: Vec<(Option<String>, String)>,
}

static RULES: LazyLock<BTreeMap<&'static str, Asked>> = LazyLock::new(|| {
    let policies: PolicySet = POLICIES.parse().expect("a test reads the policies");
    let mut policies: Vec<&Policy> = policies.policies().collect();
    // in the order in which they stand: their ids are counted
    policies.sort_by_key(|policy| (policy.id().to_string().len(), policy.id().to_string()));
    let asked = Act::ALL.iter().map(|act| {
        let about: Vec<&Policy> = policies.iter().copied().filter(|policy| is_about(policy, *act)).collect();
        let permits = about.iter().filter(|policy| policy.effect() == Effect::Permit);
        let who = permits.filter_map(|policy| Some((policy.annotation("of").map(str::to_owned), policy.annotation("who")?.to_owned())));
        let who = who.collect();
        let policies = PolicySet::from_policies(about.into_iter().cloned()).expect("their ids differ");
        (act.as_str(), Asked { action: uid(&ACTION, act.as_str()), policies, who })
    });
    asked.collect()
});

/// The kinds of things that policies speak of, read once.
macro_rules! kinds {
    ($($name:ident = $kind:literal),*) => {
        $( static $name: LazyLock<EntityTypeName> = LazyLock::new(|| $kind.parse().expect("kinds are plain words")); )*
    };
}

kinds!(ACTION = "Action", ROLE = "Role", ACCOUNT = "Account", LOCATION = "Location", TENANT = "Tenant", IDENTITY = "Identity");
kinds!(PERSON = "Person", USER = "User", CLOCKWORK = "Clockwork", THING = "Thing");

fn is_about(policy: &Policy, act: Act) -> bool {
    let act = uid(&ACTION, act.as_str());
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::In(acts) => acts.contains(&act),
        ActionConstraint::Eq(only) => only == act,
    }
}

/// Asks whether somebody may; when not, tells who may.
pub(super) fn ask(actor: &Actor, act: Act, on: &On) -> Result<(), String> {
    let asked = &RULES[act.as_str()];
    let schema = checked_by();
    let (principal, thing) = (principal(actor), thing(on));
    let request = Request::new(principal.uid(), asked.action.clone(), thing.uid(), Context::empty(), schema);
    let request = request.expect("the schema knows every act, and who asks it of what");
    let entities = Entities::from_entities([principal, thing], schema).expect("they are as the schema says");
    let answer = Authorizer::new().is_authorized(&request, &asked.policies, &entities);
    if answer.decision() == Decision::Allow {
        return Ok(());
    }
    let forbids = answer.diagnostics().reason().filter_map(|id| asked.policies.annotation(id, "who"));
    let mut who: Vec<&str> = forbids.collect();
    if who.is_empty() {
        who = asked.who.iter().filter(|(of, _)| has_side(on, of.as_deref())).map(|(_, who)| who.as_str()).collect();
    }
    who.dedup();
    Err(who.join(", or "))
}

/// Whether a thing has the side that a policy is about.
fn has_side(on: &On, of: Option<&str>) -> bool {
    match of {
        Some("partner") => !on.accounts.is_empty(),
        Some("customer") => !on.tenants.is_empty(),
        _ => true,
    }
}

/// The tests here check every question against the schema; the answer is the same without.
#[cfg(not(test))]
fn checked_by() -> Option<&'static Schema> {
    None
}

#[cfg(test)]
fn checked_by() -> Option<&'static Schema> {
    static KNOWN: LazyLock<Schema> = LazyLock::new(|| Schema::from_cedarschema_str(SCHEMA).expect("a test reads the schema").0);
    Some(&KNOWN)
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn one(kind: &EntityTypeName, id: &str) -> Value {
    Value::new_entity_uid(uid(kind, id))
}

fn set<'a>(kind: &EntityTypeName, ids: impl IntoIterator<Item = &'a Name>) -> Value {
    Value::new_set(ids.into_iter().map(|id| one(kind, id.as_str())))
}

fn identity(tenant: &Name, object: &Name) -> Value {
    one(&IDENTITY, &format!("{tenant}/{object}"))
}

fn entity(uid: EntityUid, attributes: Vec<(&str, Option<Value>)>, parents: HashSet<EntityUid>) -> Entity {
    let attributes: HashMap<String, Value> = attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Entity::new(uid, attributes, parents).expect("attributes are plain values")
}

fn principal(actor: &Actor) -> Entity {
    if actor.is_clockwork() {
        return Entity::with_uid(uid(&CLOCKWORK, actor.user.as_str()));
    }
    let (account, tenant) = match &actor.organisation {
        Some(Organisation::Partner(account)) => (Some(account), None),
        Some(Organisation::Customer(tenant)) => (None, Some(tenant)),
        _ => (None, None),
    };
    let attributes = vec![
        ("account", account.map(|id| one(&ACCOUNT, id.as_str()))),
        ("tenant", tenant.map(|id| one(&TENANT, id.as_str()))),
        ("operates", Some(Value::new_bool(actor.organisation == Some(Organisation::Operator)))),
        ("location", actor.location.as_ref().map(|id| one(&LOCATION, id.as_str()))),
        ("identity", actor.identity.as_ref().map(|of| identity(&of.tenant_id, &of.object_id))),
        ("person", actor.person_id.as_ref().map(|id| one(&PERSON, id.as_str()))),
    ];
    let any = actor.organisation.as_ref().filter(|_| !actor.roles.is_empty()).map(|_| "any");
    let roles = actor.roles.iter().map(|role| role.as_str()).chain(any).map(|role| uid(&ROLE, role));
    entity(uid(&USER, actor.user.as_str()), attributes, roles.collect())
}

fn thing(on: &On) -> Entity {
    let attributes = vec![
        ("register", Some(Value::new_string(on.register.clone()))),
        ("accounts", Some(set(&ACCOUNT, &on.accounts))),
        ("locations", Some(set(&LOCATION, &on.locations))),
        ("tenants", Some(set(&TENANT, &on.tenants))),
        ("operates", Some(Value::new_bool(on.operates))),
        ("draft", Some(Value::new_bool(on.draft))),
        ("user", on.user.as_ref().map(|id| one(&USER, id.as_str()))),
        ("identity", on.identity.as_ref().map(|(tenant, object)| identity(tenant, object))),
        ("person", on.person.as_ref().map(|id| one(&PERSON, id.as_str()))),
    ];
    entity(uid(&THING, "it"), attributes, HashSet::new())
}

#[cfg(test)]
mod tests {
    use cedar_policy::{ValidationMode, Validator};

    use super::*;

    #[test]
    fn the_policies_are_strictly_of_the_schema() {
        let (schema, warnings) = Schema::from_cedarschema_str(SCHEMA).unwrap();
        assert_eq!(warnings.map(|it| it.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
        let policies: PolicySet = POLICIES.parse().unwrap();
        let checked = Validator::new(schema).validate(&policies, ValidationMode::Strict);
        assert!(checked.validation_passed_without_warnings(), "{checked}");
    }

    #[test]
    fn the_schema_has_the_acts_and_no_others() {
        let known: HashSet<String> = checked_by().unwrap().actions().map(|act| act.id().unescaped().to_owned()).collect();
        assert_eq!(known, Act::ALL.iter().map(|act| act.as_str().to_owned()).collect());
    }

    #[test]
    fn every_act_has_somebody_to_ask() {
        for act in Act::ALL {
            assert!(!RULES[act.as_str()].who.is_empty(), "{act}");
        }
    }
}
