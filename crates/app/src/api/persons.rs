//! People in answers: for partners' users whose roles do not see them, whom to ask stands in their place.

use domain::record::actor::{Actor, Organisation};
use domain::rights::{Act, On, hidden};
use serde_json::Value;

/// Fields that hold a person, whole or by name.
const PERSONS: [&str; 3] = ["customer_contact", "partner_contact", "seller"];

/// Fields whose entry is a person: its `name` is hidden.
const NAMED: [&str; 2] = ["principal_id", "person_id"];

/// An answer as the caller may see it.
#[must_use]
pub fn masked(mut given: Value, actor: &Actor) -> Value {
    let Some(Organisation::Partner(account)) = &actor.organisation else { return given };
    if let Some(told) = hidden(actor, Act::PersonsRead, &On::account(account).within(actor.location.as_ref())) {
        mask(&mut given, &told);
    }
    given
}

fn mask(given: &mut Value, told: &str) {
    match given {
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, told)),
        Value::Object(fields) => {
            let is_person = NAMED.iter().any(|key| fields.contains_key(*key));
            for (key, value) in fields {
                if PERSONS.contains(&key.as_str()) || is_person && key == "name" {
                    replace(value, told);
                } else {
                    mask(value, told);
                }
            }
        }
        _ => {}
    }
}

/// Every text of a person.
fn replace(value: &mut Value, told: &str) {
    match value {
        Value::String(text) => told.clone_into(text),
        Value::Object(fields) => fields.values_mut().for_each(|value| replace(value, told)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::names::Name;
    use domain::record::actor::Role;
    use serde_json::json;

    #[test]
    fn a_report_viewer_reads_whom_to_ask_in_place_of_people() {
        let given =
            json!({ "items": [{ "claim_id": "c", "seller": "Ana", "partner_contact": { "name": "Ana", "email": "ana@x.example" } }] });
        let actor = |role| Actor::new("vic", Organisation::Partner(Name::new("900010")), [role]);
        assert_eq!(masked(given.clone(), &actor(Role::IncentiveUser)), given);
        let seen = masked(given, &actor(Role::ReportViewer));
        let told = "hidden: ask an account admin, incentive admin, incentive user or executive report viewer of the partner";
        assert_eq!(seen, json!({ "items": [{ "claim_id": "c", "seller": told, "partner_contact": { "name": told, "email": told } }] }));
    }
}
