//! Signing in by a provider that does as it is told: what is taken, and everything that is refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::names::Name;
use domain::parties::{self, User};
use domain::record::actor::{Actor, Organisation, Role};
use domain::rulebook::Rulebook;
use jiff::SignedDuration;
use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
use openidconnect::url::Url;
use serde_json::{Value, json};
use store::pending::Subject;
use tempfile::TempDir;

use super::fake::{Fake, key, signed, unsigned};
use crate::clock;
use crate::home::Home;
use crate::identity::sessions;
use crate::oidc::Providers;
use crate::secrets;

/// A home with one provider, which vouches for a partner and a customer.
struct Scene {
    _folder: TempDir,
    home: Home,
    rulebook: Arc<Rulebook>,
    providers: Providers,
    fake: Fake,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fake = Fake::start();
        std::fs::write(folder.path().join("secret"), "the words of both sides\n").unwrap();
        let file = format!(
            r#"
            address = "http://127.0.0.1:7070"
            [[providers]]
            name = "fake"
            title = "Fake"
            issuer = "{}"
            inside = true
            client_id = "counterfoil"
            client_secret_file = "secret"
            scopes = ["email"]
            roles_claim = "groups"
            tenant_claim = "tid"
            [[providers.tenants]]
            tenant = "t-1"
            partner = "900010"
            roles = {{ claimers = ["incentive-user"], viewers = ["report-viewer"] }}
            [[providers.tenants]]
            tenant = "t-2"
            customer = "t-alpine"
            roles = {{ owners = ["global-admin"] }}
            [[providers.tenants]]
            tenant = "t-0"
            operator = true
            roles = {{ leads = ["program-manager"] }}
            "#,
            fake.address
        );
        std::fs::write(folder.path().join("identity.toml"), file).unwrap();
        let (home, rulebook) = (Home::open_or_make(folder.path()).unwrap(), crate::rules::open(None).unwrap());
        let scene = Self { providers: Providers::open(folder.path()).unwrap().unwrap(), _folder: folder, home, rulebook, fake };
        scene.add("rita", Organisation::Operator, Role::ProgramManager);
        scene
    }

    fn add(&self, id: &str, organisation: Organisation, role: Role) {
        let (user_id, roles) = (Name::new(id), [role].into());
        let user =
            User { user_id, name: id.to_owned(), organisation, roles, location: None, identity: None, person_id: None, active: true };
        let actor = Actor::new("rita", Organisation::Operator, [Role::ProgramManager]);
        self.home.act(&self.rulebook, actor, |desk| parties::add_user(desk, &user)).unwrap();
    }

    /// Signs in with a token that `change` makes of good claims; gives the user, or why not.
    fn sign_in(&self, token: impl FnOnce(Value) -> String) -> Result<String, String> {
        let (now, provider) = (clock::now(), self.providers.find("fake").unwrap());
        let told = |error: anyhow::Error| format!("{error:#}");
        let begun = provider.begin(&self.home, "/", now).map_err(told)?;
        let address = Url::parse(&begun.address).unwrap();
        let nonce = address.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        let second = now.as_second();
        self.fake.gives(token(json!({
            "iss": self.fake.address, "aud": "counterfoil", "sub": "1", "nonce": nonce, "iat": second, "exp": second + 60,
            "email": "ann@partner.example", "email_verified": true, "name": "Ann Lee", "tid": "t-1", "groups": ["claimers", "everybody"],
        })));
        let pending = self.home.take_pending(&secrets::hash(&begun.state), now).unwrap().unwrap();
        provider.end(&self.home, &self.rulebook, pending, "the code", now).map(|user| user.to_string()).map_err(told)
    }

    /// Signs in with claims of which some are changed; null takes one away.
    fn with(&self, changed: &Value) -> Result<String, String> {
        self.sign_in(|mut claims| {
            for (name, value) in changed.as_object().unwrap() {
                claims[name] = value.clone();
            }
            signed(&claims, &key(true))
        })
    }

    fn user(&self, id: &str) -> User {
        self.home.find(id).unwrap().unwrap()
    }
}

#[test]
fn a_provider_vouches_for_users_of_its_tenants_in_the_roles_that_it_tells() {
    let scene = Scene::new();
    assert_eq!(scene.with(&json!({})), Ok("fake:ann@partner.example".to_owned()));
    let ann = scene.user("fake:ann@partner.example");
    assert_eq!(
        (ann.organisation, ann.roles, ann.name.as_str()),
        (Organisation::Partner("900010".into()), [Role::IncentiveUser].into(), "Ann Lee")
    );
    let asked = scene.fake.asked();
    assert!(asked.contains("code=the+code") && asked.contains("code_verifier="), "{asked}");

    assert_eq!(
        scene.with(&json!({ "sub": "2", "email": "olga@alpine.example", "tid": "t-2", "groups": "owners" })),
        Ok("fake:olga@alpine.example".to_owned())
    );
    assert_eq!(scene.user("fake:olga@alpine.example").organisation, Organisation::Customer("t-alpine".into()));
}

#[test]
fn a_role_that_is_taken_away_there_is_taken_away_here() {
    let scene = Scene::new();
    scene.with(&json!({ "groups": ["claimers", "viewers"] })).unwrap();
    assert_eq!(scene.user("fake:ann@partner.example").roles, [Role::IncentiveUser, Role::ReportViewer].into());
    scene.with(&json!({ "groups": ["viewers"] })).unwrap();
    assert_eq!(scene.user("fake:ann@partner.example").roles, [Role::ReportViewer].into());
    let told = scene.with(&json!({ "groups": [] })).unwrap_err();
    assert_eq!(told, "`Fake` gives `fake:ann@partner.example` no role here");
    assert_eq!(scene.user("fake:ann@partner.example").roles, BTreeSet::new());
    let events = scene.home.events_of("user", "fake:ann@partner.example").unwrap();
    let who: Vec<(&str, &str)> = events.iter().map(|event| (event.what.kind.as_str(), event.what.actor.as_str())).collect();
    assert_eq!(who, [("user-added", "counterfoil"), ("user-changed", "counterfoil"), ("user-changed", "counterfoil")]);
    let reason = format!("the provider `fake` says so of `1`, as `{}` calls them", scene.fake.address);
    assert!(events.iter().all(|event| event.what.reason.as_deref() == Some(reason.as_str())), "{events:?}");
}

#[test]
fn without_a_role_open_sessions_end_at_once_and_less_roles_hold_in_open_sessions() {
    let (scene, now) = (Scene::new(), clock::now());
    let ann = Name::new(&scene.with(&json!({ "groups": ["claimers", "viewers"] })).unwrap());
    let ids = ["fake", "fake"].map(|by| sessions::open(&scene.home, &ann, by, "a browser", now).unwrap());
    let roles = |id: &str| sessions::find(&scene.home, id, now).unwrap().map(|found| found.user.roles);
    scene.with(&json!({ "groups": ["viewers"] })).unwrap();
    assert_eq!(ids.clone().map(|id| roles(&id)), [Some([Role::ReportViewer].into()), Some([Role::ReportViewer].into())]);
    scene.with(&json!({ "groups": ["everybody"] })).unwrap_err();
    assert_eq!(ids.map(|id| roles(&id)), [None, None]);
    assert_eq!(scene.with(&json!({})), Ok("fake:ann@partner.example".to_owned()), "a role that is given again lets her in again");
}

#[test]
fn the_last_program_manager_may_lose_that_role_at_the_provider_and_gets_it_back_there() {
    let scene = Scene::new();
    let lead = |groups: &[&str]| scene.with(&json!({ "sub": "3", "email": "lead@operator.example", "tid": "t-0", "groups": groups }));
    lead(&["leads"]).unwrap();
    let actor = Actor::new("rita", Organisation::Operator, [Role::ProgramManager]);
    scene.home.act(&scene.rulebook, actor, |desk| parties::close_user(desk, &"rita".into(), None)).unwrap();
    lead(&[]).unwrap_err();
    assert_eq!(scene.user("fake:lead@operator.example").roles, BTreeSet::new());
    lead(&["leads"]).unwrap();
    assert_eq!(scene.user("fake:lead@operator.example").roles, [Role::ProgramManager].into());
}

#[test]
fn a_sign_in_never_becomes_a_user_made_here_or_one_of_another_subject_provider_or_organisation() {
    let scene = Scene::new();
    // a local user's own name is another user's
    assert_eq!(scene.with(&json!({ "sub": "9", "email": "rita" })), Ok("fake:rita".to_owned()));
    assert_eq!(scene.user("rita").organisation, Organisation::Operator);
    let is_taken = |told: Result<String, String>| told.is_err_and(|told| told.contains("is somebody else than whom `Fake` signs in"));
    // made here, by a name such as providers give
    scene.add("fake:old@partner.example", Organisation::Partner("900010".into()), Role::AccountAdmin);
    for _ in 0..2 {
        assert!(is_taken(scene.with(&json!({ "sub": "8", "email": "old@partner.example", "groups": ["claimers"] }))));
    }
    assert_eq!(scene.user("fake:old@partner.example").roles, [Role::AccountAdmin].into());
    // the same address, given to another person; and the same person by another address
    scene.with(&json!({})).unwrap();
    assert!(is_taken(scene.with(&json!({ "sub": "7" }))));
    assert_eq!(scene.with(&json!({ "email": "lee@partner.example" })), Ok("fake:ann@partner.example".to_owned()));
    // the same person, in a tenant of another organisation
    let told = scene.with(&json!({ "tid": "t-2", "groups": ["owners"] })).unwrap_err();
    assert_eq!(told, "`fake:ann@partner.example` is a user of another organisation than `Fake` vouches for now");
    // a name that was promised to a subject before somebody here took it
    let subject = Subject { provider: "fake".to_owned(), issuer: scene.fake.address.clone(), subject: "6".to_owned() };
    assert!(scene.home.record_vouched_user(&subject, "fake:new@partner.example").unwrap());
    scene.add("fake:new@partner.example", Organisation::Partner("900010".into()), Role::AccountAdmin);
    assert!(is_taken(scene.with(&json!({ "sub": "6", "email": "new@partner.example" }))));
    // another issuer, under the name of the provider
    let other = Subject { issuer: "https://elsewhere.example".to_owned(), subject: "1".to_owned(), ..subject };
    assert_eq!(scene.home.find_vouched_user(&other).unwrap(), None);
    assert!(!scene.home.record_vouched_user(&other, "fake:ann@partner.example").unwrap());
}

#[test]
fn clocks_may_differ_by_a_minute_and_what_a_provider_says_of_itself_is_checked() {
    let scene = Scene::new();
    let second = clock::now().as_second();
    scene.with(&json!({ "exp": second - 30 })).unwrap();
    scene.with(&json!({ "iat": second + 30 })).unwrap();
    let fake = scene.providers.find("fake").unwrap();
    assert_eq!(fake.check().unwrap(), format!("`Fake` answers as `{}`, with 1 key", scene.fake.address));
    scene.fake.called("https://elsewhere.example");
    assert!(format!("{:#}", fake.check().unwrap_err()).contains("`Fake` does not say how to sign in"));
}

#[test]
fn tokens_that_cannot_be_trusted_are_refused() {
    let scene = Scene::new();
    let second = clock::now().as_second();
    let cases = [
        (json!({ "iss": "https://elsewhere.example" }), "issuer"),
        (json!({ "aud": "another program" }), "audience"),
        (json!({ "aud": ["counterfoil", "another program"] }), "audience"),
        (json!({ "nonce": "another" }), "nonce"),
        (json!({ "nonce": null }), "nonce"),
        (json!({ "exp": second - 61 }), "expired"),
        (json!({ "iat": second + 120 }), "future"),
    ];
    for (changed, why) in cases {
        let told = scene.with(&changed).unwrap_err().to_lowercase();
        assert!(told.contains("cannot be trusted") && told.contains(why), "{changed}: {told}");
    }
    let told = scene.sign_in(|claims| signed(&claims, &key(false))).unwrap_err();
    assert!(told.contains("cannot be trusted"), "{told}");
    let told = scene.sign_in(|claims| unsigned(&json!({ "alg": "none" }), &claims) + ".").unwrap_err();
    assert!(told.contains("cannot be trusted") || told.contains("gave nothing"), "{told}");
    let told = scene.sign_in(|claims| {
        let text = unsigned(&json!({ "alg": "HS256" }), &claims);
        let signature = CoreHmacKey::new("the words of both sides").sign(&CoreJwsSigningAlgorithm::HmacSha256, text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    });
    assert!(told.as_ref().is_err_and(|told| told.contains("cannot be trusted")), "{told:?}");
    scene.fake.called("https://elsewhere.example");
    let told = scene.with(&json!({})).unwrap_err();
    assert!(told.contains("does not say how to sign in") && told.contains("elsewhere"), "{told}");
    assert!(scene.home.find::<User>("fake:ann@partner.example").unwrap().is_none());
}

#[test]
fn claims_that_are_missing_or_unclear_are_told_in_words() {
    let scene = Scene::new();
    let cases = [
        (json!({ "email": null }), "`Fake` does not tell who you are: its token has no claim `email`"),
        (json!({ "email": " " }), "`Fake` does not tell clearly who you are: its claim `email` is not one text"),
        (json!({ "email_verified": null }), "`Fake` has not verified that `ann@partner.example` is your address"),
        (json!({ "email_verified": false }), "`Fake` has not verified that `ann@partner.example` is your address"),
        (json!({ "tid": null }), "`Fake` does not tell whose user you are: its token has no claim `tid`"),
        (json!({ "tid": ["t-1", "t-2"] }), "`Fake` does not tell clearly whose user you are: its claim `tid` is not one text"),
        (json!({ "tid": "t-3" }), "users of the tenant `t-3` do not sign in here by `Fake`"),
        (json!({ "groups": { "a": 1 } }), "`Fake` does not tell clearly your roles: its claim `groups` is not a text or a list of texts"),
        (
            json!({ "groups": ["claimers", 7] }),
            "`Fake` does not tell clearly your roles: its claim `groups` is not a text or a list of texts",
        ),
        (
            json!({ "groups": null, "_claim_names": { "groups": "src1" } }),
            "you are in more groups than `Fake` puts into a token, so your roles are not known",
        ),
        (json!({ "groups": null }), "`Fake` gives `fake:ann@partner.example` no role here"),
        (json!({ "groups": ["owners"] }), "`Fake` gives `fake:ann@partner.example` no role here"),
    ];
    for (changed, told) in cases {
        assert_eq!(scene.with(&changed), Err(told.to_owned()), "{changed}");
    }
    assert_eq!(scene.user("rita").roles, [Role::ProgramManager].into());

    scene.with(&json!({})).unwrap();
    let actor = Actor::new("rita", Organisation::Operator, [Role::ProgramManager]);
    scene.home.act(&scene.rulebook, actor, |desk| parties::close_user(desk, &"fake:ann@partner.example".into(), None)).unwrap();
    assert_eq!(scene.with(&json!({})), Err("`fake:ann@partner.example` may act no more".to_owned()));
}

#[test]
fn a_sign_in_that_has_begun_is_good_once_and_for_ten_minutes() {
    let scene = Scene::new();
    let (now, provider) = (clock::now(), scene.providers.find("fake").unwrap());
    let begin = || secrets::hash(&provider.begin(&scene.home, "/imports", now).unwrap().state);
    let state = begin();
    assert_eq!(scene.home.take_pending(&state, now).unwrap().unwrap().next, "/imports");
    assert!(scene.home.take_pending(&state, now).unwrap().is_none());
    let late = now.saturating_add(SignedDuration::from_mins(10)).unwrap();
    assert!(scene.home.take_pending(&begin(), late).unwrap().is_none());
    assert!(scene.home.take_pending("another", now).unwrap().is_none());
}
