//! A role that is lost is lost at once, and one that is gained is there at once: for sessions that are open, and for tokens.

use serde_json::json;

use super::cast::{Cast, FIRST, draft};

const PAGE: &str = "/partners/900010/claims/new";

/// Gives the account admin other roles, as the program manager.
fn has_roles(cast: &Cast, roles: &[&str], active: bool) {
    let user = "partner.account-admin";
    let entry = json!({ "user_id": user, "name": user, "organisation": { "partner": "900010" }, "roles": roles, "active": active });
    let put = cast.call(Some(FIRST), "PUT", &format!("/api/v1/users/{user}"), &entry.to_string());
    assert_eq!(put.status, 200, "{}", put.body);
}

#[test]
fn a_lost_role_is_lost_at_once_for_open_sessions_and_tokens() {
    let cast = Cast::new();
    let user = Some("partner.account-admin");
    let asked = || {
        let page = cast.browse(user, "GET", PAGE, "");
        (page.status, cast.call(user, "POST", "/api/v1/claims", &draft().to_string()).status)
    };
    assert_eq!(asked(), (200, 201));
    has_roles(&cast, &["report-viewer"], true);
    assert_eq!(asked(), (403, 403), "may not claim any more");
    let customers = cast.browse(user, "GET", "/partners/900010/customers", "");
    assert!(customers.status == 200 && customers.body.contains("Hidden: ask"), "what is seen follows as well: {}", customers.body);
    has_roles(&cast, &["account-admin"], true);
    assert_eq!(asked(), (200, 201));
    let closed = cast.call(Some(FIRST), "POST", "/api/v1/users/partner.account-admin/close", "{}");
    assert_eq!(closed.status, 200, "{}", closed.body);
    let page = cast.browse(user, "GET", PAGE, "");
    assert!(page.status == 303 && page.header("location").starts_with("/sign-in"), "{}", page.status);
    assert_eq!(cast.call(user, "GET", "/api/v1/me", "").status, 401);
}
