//! Lists page by page are the lists at once, and hold what is of who asks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::cast::{Cast, FIRST, SIDES};

/// Lists of registers; the first ones are told by imports as well.
const LISTS: [&str; 9] =
    ["customers", "partners", "subscriptions", "principals", "claims", "partner-of-record-requests", "enrolments", "users", "webhooks"];

/// The items of a list, read so many at a time.
fn items(cast: &Cast, user: &str, path: &str, limit: usize) -> Vec<Value> {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let and = if path.contains('?') { '&' } else { '?' };
        let address = format!("/api/v1/{path}{and}limit={limit}{after}");
        let answer = cast.call(Some(user), "GET", &address, "");
        assert_eq!(answer.status, 200, "{user} {address}: {}", answer.body);
        let mut page: Value = serde_json::from_str(&answer.body).unwrap();
        let own = page["items"].as_array_mut().unwrap();
        assert!(own.len() <= limit, "{user} {address}");
        items.append(own);
        let Some(next) = page["next"].as_str() else { return items };
        after = format!("&after={next}");
    }
}

#[test]
fn pages_of_a_list_are_the_list_and_partners_find_all_their_claims_and_no_others() {
    let cast = Cast::new();
    // some of what was imported is changed, and comes to stand among what is not
    for (path, body) in [
        ("/api/v1/customers/t-tailspin", json!({ "tenant_id": "t-tailspin", "name": "Tailspin" })),
        ("/api/v1/customers/t-between", json!({ "tenant_id": "t-between", "name": "Between" })),
        ("/api/v1/partners/100205", json!({ "partner_id": "100205", "global_partner_id": "900010", "name": "Northwind Lyon" })),
    ] {
        let answer = cast.call(Some(FIRST), "PUT", path, &body.to_string());
        assert!(answer.status < 300, "{path}: {}", answer.body);
    }
    let everybody: Vec<String> = SIDES.iter().flat_map(|side| side.users()).map(|(user, _)| user).chain(["rival".to_owned()]).collect();
    for user in &everybody {
        for list in LISTS {
            let all = items(&cast, user, list, 200);
            for limit in [1, 2] {
                assert_eq!(items(&cast, user, list, limit), all, "{user} {list} by {limit}");
            }
        }
    }
    let names = |items: &[Value], name: &str| -> Vec<String> {
        items.iter().map(|item| item["entry"][name].as_str().unwrap().to_owned()).collect()
    };
    let customers = items(&cast, FIRST, "customers", 1);
    assert_eq!(names(&customers, "tenant_id"), ["t-alpine", "t-between", "t-tailspin", "t-woodgrove"]);

    let claims = items(&cast, FIRST, "claims", 200);
    let of = |partners: &[&str]| -> Vec<Value> {
        claims.iter().filter(|claim| partners.iter().any(|id| claim["entry"]["partner_id"] == *id)).cloned().collect()
    };
    assert!(of(&["100204"]).len() > 1 && !of(&["100400"]).is_empty(), "{claims:?}");
    assert_eq!(items(&cast, "rival", "claims", 1), of(&["100400", "900030"]));
    let admin = "partner.account-admin";
    let own = of(&["100204", "100205", "900010"]);
    for path in ["claims", "claims?tenant_id=t-alpine"] {
        let read: BTreeSet<String> = names(&items(&cast, admin, path, 1), "claim_id").into_iter().collect();
        assert_eq!(read, names(&own, "claim_id").into_iter().collect(), "{path}");
    }
    assert_eq!(items(&cast, admin, "claims?partner_id=100400", 1), Vec::<Value>::new());
    assert_eq!(items(&cast, "rival", "claims?partner_id=100204", 200), Vec::<Value>::new());
}
