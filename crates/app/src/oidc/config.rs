//! `identity.toml` of a home: which providers there are, and for whom each may vouch.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use domain::names::Name;
use domain::parties;
use domain::record::actor::{Organisation, Role};
use openidconnect::url::{Host, Url};
use openidconnect::{ClientSecret, IssuerUrl, RedirectUrl};
use serde::Deserialize;

use crate::problem::Refusal;

/// The file, within a home.
const FILE: &str = "identity.toml";

/// The providers of a home.
#[derive(Debug)]
pub struct Providers {
    /// Where browsers reach the pages, such as `https://partners.example`.
    pub address: String,
    /// The providers, in the order of the file.
    pub all: Vec<Provider>,
}

/// Somebody who vouches for users.
#[derive(Debug)]
pub struct Provider {
    /// The name in addresses and in sessions.
    pub name: String,
    /// The name on the button.
    pub title: String,
    /// Who signs its tokens.
    pub issuer: IssuerUrl,
    /// What the provider calls this program.
    pub client_id: String,
    /// What this program proves itself with; nothing for a public client.
    pub client_secret: Option<ClientSecret>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// The claim that names the user.
    pub user_claim: String,
    /// The claim that lists roles or groups.
    pub roles_claim: String,
    /// The claim that names the tenant; nothing when the issuer has one only.
    pub tenant_claim: Option<String>,
    /// Whether the provider may be on this machine or in its networks.
    pub inside: bool,
    /// For whom it vouches, by tenant; the empty name when the issuer has one only.
    pub tenants: BTreeMap<String, Tenant>,
    /// Where browsers come back to.
    pub back: RedirectUrl,
}

/// For whom a tenant vouches.
#[derive(Debug)]
pub struct Tenant {
    /// The one organisation that its users act for.
    pub organisation: Organisation,
    /// What a role or group there is here.
    pub roles: BTreeMap<String, BTreeSet<Role>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvidersFile {
    address: String,
    providers: Vec<ProviderFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    name: String,
    title: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<String>,
    client_secret_variable: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default = "email")]
    user_claim: String,
    roles_claim: String,
    tenant_claim: Option<String>,
    #[serde(default)]
    inside: bool,
    tenants: Vec<TenantFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantFile {
    tenant: Option<String>,
    partner: Option<String>,
    customer: Option<String>,
    #[serde(default)]
    operator: bool,
    roles: BTreeMap<String, BTreeSet<Role>>,
}

fn email() -> String {
    "email".to_owned()
}

impl Providers {
    /// The providers that a home names; nothing when it names none.
    ///
    /// # Errors
    /// When the file or a secret cannot be read, or something in it cannot be used.
    pub fn open(home: &Path) -> Result<Option<Self>> {
        let path = home.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        };
        let variable = |name: &str| std::env::var(name).ok();
        Self::read(&text, home, &variable).map(Some).with_context(|| format!("`{}` cannot be used", path.display()))
    }

    /// Reads the text of the file; secrets are in files of `home` or in variables.
    fn read(text: &str, home: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let file: ProvidersFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
            let place = line.map_or_else(String::new, |line| format!("line {line}: "));
            Refusal::refused(format!("{place}{}", error.message())).hint("docs/how-to/sign-in-with-a-provider.md has a whole example")
        })?;
        let address = file.address.trim_end_matches('/').to_owned();
        let is_address = Url::parse(&address).is_ok_and(|url| is_safe(&url, true) && url.path() == "/" && url.query().is_none());
        if !is_address {
            let message = format!("`address` is `{address}`, which is no address of the pages");
            return Err(Refusal::refused(message).hint("write where browsers reach them, such as `https://partners.example`").into());
        }
        let mut all: Vec<Provider> = Vec::new();
        for provider in file.providers {
            if all.iter().any(|other| other.name == provider.name) {
                let message = format!("two providers are called `{}`", provider.name);
                return Err(Refusal::refused(message).hint("give each a `name` of its own").into());
            }
            all.push(provider.checked(&address, home, variable)?);
        }
        Ok(Self { address, all })
    }

    /// The provider of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Provider> {
        self.all.iter().find(|provider| provider.name == name)
    }
}

/// Whether an address may be asked: by TLS, or on this very machine when the operator says that the provider is there.
pub fn is_safe(url: &Url, inside: bool) -> bool {
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    is_plain && (url.scheme() == "https" || (url.scheme() == "http" && inside && is_here))
}

impl ProviderFile {
    fn checked(self, address: &str, home: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Provider> {
        let refuse = |message: String, cure: &str| Refusal::refused(format!("provider `{}`: {message}", self.name)).hint(cure);
        let is_name =
            |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_lowercase() || "-0123456789".contains(letter));
        if !is_name(&self.name) {
            return Err(refuse("the name stands in addresses".to_owned(), "use small letters, digits and hyphens").into());
        }
        let issuer = IssuerUrl::new(self.issuer.clone()).ok().filter(|issuer| is_safe(issuer.url(), self.inside));
        let issuer = issuer.ok_or_else(|| {
            let cure = "write its `https://…`; `inside = true` lets it be on this machine, at `http://127.0.0.1:PORT` too";
            refuse(format!("`{}` is no address of an issuer that is safe to ask", self.issuer), cure)
        })?;
        let secret = match (&self.client_secret_file, &self.client_secret_variable) {
            (Some(_), Some(_)) => return Err(refuse("the secret is in a file and in a variable".to_owned(), "keep one of both").into()),
            (Some(file), None) => {
                let path = home.join(file);
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    refuse(format!("cannot read the secret in `{}`: {error}", path.display()), "write the secret there, and nothing else")
                })?;
                Some(text.trim().to_owned())
            }
            (None, Some(name)) => Some(variable(name).ok_or_else(|| {
                refuse(
                    format!("the variable `{name}` is not set"),
                    "set it to the secret before `counterfoil serve`, or use `client_secret_file`",
                )
            })?),
            (None, None) => None,
        };
        if secret.as_ref().is_some_and(String::is_empty) {
            return Err(
                refuse("the secret is empty".to_owned(), "write the secret that the provider gave; a public client has none").into()
            );
        }
        let mut tenants = BTreeMap::new();
        for tenant in &self.tenants {
            let (name, checked) = tenant.checked(self.tenant_claim.as_deref()).map_err(|(message, cure)| refuse(message, cure))?;
            if tenants.insert(name.clone(), checked).is_some() {
                let message =
                    if name.is_empty() { "it has two tenants".to_owned() } else { format!("the tenant `{name}` stands there twice") };
                let cure = "a tenant signs in users of one organisation; name the claim that tells tenants apart as `tenant_claim`";
                return Err(refuse(message, cure).into());
            }
        }
        if tenants.is_empty() {
            return Err(refuse("it may vouch for nobody".to_owned(), "add `[[providers.tenants]]` with an organisation and roles").into());
        }
        let back = RedirectUrl::new(format!("{address}/sign-in/back/{}", self.name)).context("an address of ours is one")?;
        Ok(Provider {
            name: self.name,
            title: self.title,
            issuer,
            client_id: self.client_id,
            client_secret: secret.map(ClientSecret::new),
            scopes: self.scopes,
            user_claim: self.user_claim,
            roles_claim: self.roles_claim,
            tenant_claim: self.tenant_claim,
            inside: self.inside,
            tenants,
            back,
        })
    }
}

impl TenantFile {
    /// The tenant's name and what it vouches for, or what is wrong and its cure.
    fn checked(&self, tenant_claim: Option<&str>) -> Result<(String, Tenant), (String, &'static str)> {
        let name = match (&self.tenant, tenant_claim) {
            (Some(name), Some(_)) if !name.is_empty() => name.clone(),
            (None, None) => String::new(),
            (Some(name), None) => {
                return Err((format!("it has a tenant `{name}`, but no claim that names tenants"), "add `tenant_claim`, such as `tid`"));
            }
            (_, Some(claim)) => {
                return Err((format!("a tenant has no name, which the claim `{claim}` would tell"), "add `tenant = \"…\"`"));
            }
        };
        let organisation = match (&self.partner, &self.customer, self.operator) {
            (Some(id), None, false) => Organisation::Partner(Name::new(id)),
            (None, Some(id), false) => Organisation::Customer(Name::new(id)),
            (None, None, true) => Organisation::Operator,
            _ => {
                let cure = "write one of `partner = \"ID\"`, `customer = \"TENANT\"` and `operator = true`";
                return Err(("a tenant is not of exactly one organisation".to_owned(), cure));
            }
        };
        if self.roles.values().all(BTreeSet::is_empty) {
            return Err(("a tenant gives no roles".to_owned(), "write `roles = { \"their group\" = [\"incentive-user\"] }`"));
        }
        let known = parties::roles_in(&organisation);
        if let Some(strange) = self.roles.values().flatten().find(|role| !known.contains(role)) {
            let known = known.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(", ");
            return Err((format!("`{strange}` is no role in this kind of organisation, which has {known}"), "take one of these"));
        }
        Ok((name, Tenant { organisation, roles: self.roles.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
address = "https://partners.example"

[[providers]]
name = "contoso"
title = "Contoso"
issuer = "https://login.contoso.example/v2"
client_id = "counterfoil"
client_secret_variable = "SECRET"
roles_claim = "groups"
tenant_claim = "tid"

[[providers.tenants]]
tenant = "t-1"
partner = "900010"
roles = { claimers = ["incentive-user"], admins = ["account-admin", "incentive-admin"] }

[[providers.tenants]]
tenant = "t-2"
customer = "t-alpine"
roles = { owners = ["global-admin"] }
"#;

    fn read(text: &str) -> Result<Providers> {
        Providers::read(text, Path::new("/nowhere"), &|name| (name == "SECRET").then(|| "hidden words".to_owned()))
    }

    #[test]
    fn providers_are_read_and_their_secrets_are_not_shown() {
        let providers = read(GOOD).unwrap();
        let contoso = providers.find("contoso").unwrap();
        assert_eq!(contoso.back.as_str(), "https://partners.example/sign-in/back/contoso");
        assert_eq!(contoso.tenants["t-2"].organisation, Organisation::Customer(Name::new("t-alpine")));
        assert_eq!(contoso.tenants["t-1"].roles["admins"], [Role::AccountAdmin, Role::IncentiveAdmin].into());
        assert!(!format!("{providers:?}").contains("hidden words"), "{providers:?}");
    }

    #[test]
    fn the_examples_of_the_documentation_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["contoso.secret", "keycloak.secret"] {
            std::fs::write(folder.path().join(name), "hidden words\n").unwrap();
        }
        let page = include_str!("../../../../docs/how-to/sign-in-with-a-provider.md");
        let examples = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let variable = |_: &str| Some("hidden words".to_owned());
        let names = examples.map(|text| Providers::read(text, folder.path(), &variable).unwrap().all[0].name.clone());
        assert_eq!(names.collect::<Vec<_>>(), ["contoso", "contoso", "keycloak", "okta"]);
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_cure() {
        let cases = [
            ("https://partners.example\"", "http://partners.example\"", "no address of the pages"),
            ("https://login.contoso.example/v2", "http://login.contoso.example/v2", "no address of an issuer"),
            ("https://login.contoso.example/v2", "https://ann:secret@login.contoso.example", "no address of an issuer"),
            ("https://login.contoso.example/v2", "http://127.0.0.1:4000", "no address of an issuer"),
            ("\"SECRET\"", "\"OTHER\"", "the variable `OTHER` is not set"),
            ("client_secret_variable = \"SECRET\"", "client_secret_file = \"s\"", "cannot read the secret in `/nowhere/s`"),
            ("roles_claim", "role_claim", "line 10: unknown field `role_claim`"),
            ("\"contoso\"", "\"Con toso\"", "the name stands in addresses"),
            ("\"t-2\"", "\"t-1\"", "the tenant `t-1` stands there twice"),
            ("tenant_claim = \"tid\"", "", "but no claim that names tenants"),
            ("tenant = \"t-2\"", "", "which the claim `tid` would tell"),
            ("customer = \"t-alpine\"", "customer = \"t-alpine\"\noperator = true", "not of exactly one organisation"),
            ("owners = [\"global-admin\"]", "", "gives no roles"),
            ("global-admin", "emperor", "emperor"),
            ("global-admin", "reviewer", "`reviewer` is no role in this kind of organisation"),
        ];
        for (good, wrong, told) in cases {
            let text = GOOD.replacen(good, wrong, 1);
            assert_ne!(text, GOOD, "{good}");
            let error = read(&text).unwrap_err();
            assert!(format!("{error:#}").contains(told), "{wrong}: {error:#}");
        }
        assert!(
            read(
                &GOOD
                    .replacen("contoso.example/v2\"", "contoso.example/v2\"\ninside = true", 1)
                    .replace("https://login.contoso.example/v2", "http://127.0.0.1:4000")
            )
            .is_ok()
        );
    }
}
