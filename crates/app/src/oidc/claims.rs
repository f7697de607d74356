//! What the claims of an ID token say of a user: who they are, for which organisation, in which roles.

use std::collections::BTreeSet;

use domain::names::Name;
use domain::record::actor::{Organisation, Role};
use serde_json::{Map, Value};

use super::config::Provider;
use crate::problem::Refusal;

/// The longest name of a user, in bytes.
const NAME_MAX: usize = 200;

/// Whom a provider vouches for.
#[derive(Debug, PartialEq, Eq)]
pub struct Vouched {
    /// What the issuer calls the user, and nobody else ever.
    pub subject: String,
    /// The name of the user here: the provider's, a colon, and what the claim of the provider's says. Only a new user gets it.
    pub user_id: Name,
    /// A label.
    pub name: String,
    /// The organisation of the tenant that the user is of.
    pub organisation: Organisation,
    /// The roles there; none when the claim names none that are known.
    pub roles: BTreeSet<Role>,
}

/// Reads claims.
///
/// # Errors
/// When a claim that is needed is missing or ambiguous, or the tenant may not sign in here.
pub fn read(provider: &Provider, claims: &Map<String, Value>) -> Result<Vouched, Refusal> {
    let of = |claim: &str| claims.get(claim).filter(|value| !value.is_null());
    let missing = |claim: &str, what: &str| {
        Refusal::refused(format!("`{}` does not tell {what}: its token has no claim `{claim}`", provider.title))
            .hint(format!("ask who runs it to send `{claim}` in ID tokens to `{}`", provider.client_id))
    };
    let unclear = |claim: &str, what: &str| {
        Refusal::refused(format!(
            "`{}` does not tell clearly {what}: its claim `{claim}` is not {}",
            provider.title,
            expected(claim, provider)
        ))
        .hint(format!("ask who runs it to send `{claim}` in that form"))
    };
    let tenant = match &provider.tenant_claim {
        None => "",
        Some(claim) => {
            let told = of(claim).ok_or_else(|| missing(claim, "whose user you are"))?;
            told.as_str().ok_or_else(|| unclear(claim, "whose user you are"))?
        }
    };
    let known = provider.tenants.get(tenant).ok_or_else(|| {
        Refusal::refused(format!("users of the tenant `{tenant}` do not sign in here by `{}`", provider.title))
            .hint("ask the operator to let your organisation sign in this way")
    })?;
    let user = of(&provider.user_claim).ok_or_else(|| missing(&provider.user_claim, "who you are"))?;
    let user = user.as_str().map(str::trim).filter(|user| is_name(user)).ok_or_else(|| unclear(&provider.user_claim, "who you are"))?;
    if provider.user_claim == "email" && of("email_verified") != Some(&Value::Bool(true)) {
        let message = format!("`{}` has not verified that `{user}` is your address", provider.title);
        let cure = "verify the address there and sign in again; who runs it may have to send `email_verified`, or another `user_claim`";
        return Err(Refusal::refused(message).hint(cure));
    }
    let roles = match of(&provider.roles_claim) {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(all)) => {
            all.iter().map(Value::as_str).collect::<Option<_>>().ok_or_else(|| unclear(&provider.roles_claim, "your roles"))?
        }
        Some(_) => return Err(unclear(&provider.roles_claim, "your roles")),
        None if is_elsewhere(claims, &provider.roles_claim) => {
            let message = format!("you are in more groups than `{}` puts into a token, so your roles are not known", provider.title);
            return Err(Refusal::refused(message).hint("ask who runs it to send roles of this application instead of all groups"));
        }
        // a provider leaves the claim out when the list is empty
        None => Vec::new(),
    };
    let roles = roles.into_iter().filter_map(|role| known.roles.get(role)).flatten().copied().collect();
    let name = of("name").and_then(Value::as_str).map(str::trim).filter(|name| is_name(name)).unwrap_or(user);
    let subject = of("sub").and_then(Value::as_str).ok_or_else(|| missing("sub", "who you are"))?.to_owned();
    let user_id = Name::new(&format!("{}:{user}", provider.name));
    Ok(Vouched { subject, user_id, name: name.to_owned(), organisation: known.organisation.clone(), roles })
}

fn expected(claim: &str, provider: &Provider) -> &'static str {
    if claim == provider.roles_claim { "a text or a list of texts" } else { "one text" }
}

/// Whether a claim is said to be kept elsewhere, as some providers do when it is long (OpenID Connect Core 1.0, 5.6.2).
fn is_elsewhere(claims: &Map<String, Value>, claim: &str) -> bool {
    claims.get("_claim_names").and_then(Value::as_object).is_some_and(|names| names.contains_key(claim))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_MAX && !text.contains(char::is_control)
}
