//! People in answers: for partners' users whose roles do not see them, whom to ask stands in their place.

use domain::record::actor::{Actor, Organisation};
use domain::rights::{Act, On, hidden};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Fields that hold a person, whole or by name.
const PERSONS: [&str; 3] = ["customer_contact", "partner_contact", "seller"];

/// Fields whose entry is a person: its `name` is hidden.
const NAMED: [&str; 3] = ["principal_id", "person_id", "user_id"];

/// An answer as the caller may see it.
#[must_use]
pub fn masked(mut given: Value, actor: &Actor) -> Value {
    let Some(Organisation::Partner(account)) = &actor.organisation else { return given };
    if let Some(told) = hidden(actor, Act::PersonsRead, &On::account(account).within(actor.location.as_ref())) {
        mask(&mut given, &told, actor.user.as_str());
    }
    given
}

/// Something as a user may see it: whom to ask stands where somebody is named.
///
/// # Panics
/// When it cannot be read from what it was written as.
#[must_use]
pub fn seen_by<T: Serialize + DeserializeOwned>(actor: &Actor, given: T) -> T {
    if !matches!(actor.organisation, Some(Organisation::Partner(_))) {
        return given;
    }
    let written = serde_json::to_value(given).expect("entries and events are JSON");
    serde_json::from_value(masked(written, actor)).expect("texts in place of texts can be read")
}

fn mask(given: &mut Value, told: &str, own: &str) {
    match given {
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, told, own)),
        Value::String(text) if text.contains('@') => *text = without_addresses(text, told, own),
        Value::Object(fields) => {
            let is_person = NAMED.iter().any(|key| fields.get(*key).is_some_and(|id| id != own));
            for (key, value) in fields {
                if PERSONS.contains(&key.as_str()) || is_person && key == "name" {
                    replace(value, told);
                } else {
                    mask(value, told, own);
                }
            }
        }
        _ => {}
    }
}

/// A text without the mail addresses of others: users are often called by theirs.
fn without_addresses(text: &str, told: &str, own: &str) -> String {
    let is_hidden = |word: &str| word.contains('@') && word != own;
    if !text.contains(char::is_whitespace) {
        return if is_hidden(text) { told.to_owned() } else { text.to_owned() };
    }
    let words = text.split_inclusive(char::is_whitespace);
    words
        .map(|word| if is_hidden(word.trim_end()) { word.replace(word.trim_end(), "somebody (hidden)") } else { word.to_owned() })
        .collect()
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

    #[test]
    fn users_who_are_called_by_a_mail_address_are_hidden_but_oneself() {
        let vic = Actor::new("vic@x.example", Organisation::Partner(Name::new("900010")), [Role::ReportViewer]);
        let given = json!({ "by": "ana@x.example", "actor": "vic@x.example", "reason": "as ana@x.example asked" });
        let seen = masked(given, &vic);
        assert_eq!(seen["actor"], "vic@x.example");
        assert_eq!(seen["reason"], "as somebody (hidden) asked");
        assert!(seen["by"].as_str().unwrap().starts_with("hidden: ask"));
    }
}
