//! A home with somebody in every role of every organisation, and things of one partner and one customer.

use std::collections::BTreeMap;

use app::home::Home;
use app::identity::sessions;
use domain::names::Name;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::commands::api::{Server, serve};
use crate::commands::scene::{Ran, Scene};
use crate::pages::http::{Answer, ask};

/// People of one organisation, one in each of its roles.
pub struct Side {
    /// What the side is called.
    pub name: &'static str,
    kind: &'static str,
    organisation: &'static str,
    location: Option<&'static str>,
    /// The roles.
    roles: &'static [&'static str],
    /// Whether one user has them all.
    is_one: bool,
}

const PARTNER: [&str; 5] = ["account-admin", "incentive-admin", "incentive-user", "report-viewer", "executive-report-viewer"];
const CUSTOMER: [&str; 4] = ["global-admin", "service-admin", "co-admin", "reader"];
const OPERATOR: [&str; 4] = ["reviewer", "support", "auditor", "program-manager"];

/// Everybody. Those who have most to do with the things come last, as what they do may end them.
pub const SIDES: [Side; 6] = [
    Side { name: "other-partner", kind: "partner", organisation: "900020", location: None, roles: &PARTNER, is_one: true },
    Side { name: "other-customer", kind: "customer", organisation: "t-woodgrove", location: None, roles: &CUSTOMER, is_one: true },
    Side { name: "other-location", kind: "partner", organisation: "900010", location: Some("100205"), roles: &PARTNER, is_one: true },
    Side { name: "partner", kind: "partner", organisation: "900010", location: None, roles: &PARTNER, is_one: false },
    Side { name: "customer", kind: "customer", organisation: "t-alpine", location: None, roles: &CUSTOMER, is_one: false },
    Side { name: "operator", kind: "", organisation: "operator", location: None, roles: &OPERATOR, is_one: false },
];

/// A partner that claims what the partner holds; it is asked for nothing.
const RIVAL: Side = Side { name: "rival", kind: "partner", organisation: "900030", location: None, roles: &PARTNER, is_one: true };

impl Side {
    /// The users of the side with their roles: one for each role, or one who has them all.
    pub fn users(&self) -> Vec<(String, Vec<&'static str>)> {
        if self.is_one {
            return vec![(self.name.to_owned(), self.roles.to_vec())];
        }
        self.roles.iter().map(|role| (format!("{}.{role}", self.name), vec![*role])).collect()
    }
}

/// The home, its server, and a token of everybody.
pub struct Cast {
    /// The server.
    pub server: Server,
    home: Home,
    tokens: BTreeMap<String, String>,
    sessions: BTreeMap<String, String>,
    /// What stands for parts of addresses.
    pub parts: BTreeMap<&'static str, String>,
    scene: Scene,
}

/// A service that a customer of the partner uses where no association of the partner reaches.
pub const UNCOVERED_SERVICE: &str = "Secret Lake";

/// The operator's program manager who prepares all.
pub const FIRST: &str = "rita";

impl Cast {
    /// Makes the home.
    pub fn new() -> Self {
        Self::among(|_| {})
    }

    /// Makes the home, with what is added to the files that it is imported from.
    pub fn among(add: impl FnOnce(&Scene)) -> Self {
        let scene = Scene::with_exports();
        scene.append("exports/subscriptions.csv", "s-office,t-alpine,office-365,ea\n");
        scene.append("exports/consumption.csv", &format!("2024-01-10,t-alpine,s-other,{UNCOVERED_SERVICE},424242.17\n"));
        scene.append("exports/workload_usage.csv", "2024-01,t-alpine,exchange,43210,32109\n");
        scene.append("exports/partners.csv", "100400,900030,Litware\n");
        let customers = "t-alpine,Alpine Ski House,alpine.example\nt-woodgrove,Woodgrove Bank,\nt-tailspin,Tailspin Toys,\n";
        scene.write("exports/customers.csv", &format!("tenant_id,name,domains\n{customers}"));
        add(&scene);
        assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
        assert_eq!(scene.run(&["user", "add", FIRST, "--operator", "--role", "program-manager", "--role", "reviewer"]).exit, Some(0));
        let issue = ["token", "issue", FIRST, "--purpose", "test", "--expires-on", "2999-01-01", "--as", FIRST, "-o", "json"];
        let issued: Value = serde_json::from_slice(&scene.command(&issue).output().unwrap().stdout).unwrap();
        let tokens = BTreeMap::from([(FIRST.to_owned(), issued["token"].as_str().unwrap().to_owned())]);
        let home = Home::open(scene.folder.path().join("home").as_path()).unwrap();
        let batch = scene.latest();
        let mut cast = Self { server: serve(&scene), home, tokens, sessions: BTreeMap::new(), parts: BTreeMap::new(), scene };
        cast.hire();
        cast.make_things(batch);
        cast
    }

    fn hire(&mut self) {
        for side in SIDES.iter().chain([&RIVAL]) {
            for (user, roles) in side.users() {
                let organisation = if side.kind.is_empty() { json!(side.organisation) } else { json!({ side.kind: side.organisation }) };
                let mut entry = json!({ "user_id": user, "name": user, "organisation": organisation, "roles": roles, "active": true });
                if let Some(location) = side.location {
                    entry["location"] = json!(location);
                }
                self.told(FIRST, "PUT", &format!("/users/{user}"), &entry);
                let new = json!({ "user_id": user, "purpose": "test", "expires_on": "2999-01-01" });
                let token = self.told(FIRST, "POST", "/tokens", &new)["token"].as_str().unwrap().to_owned();
                self.sessions.insert(user.clone(), self.session(&user));
                self.tokens.insert(user, token);
            }
        }
    }

    /// A claim with a proof, a request, an enrolment, an invitation and a webhook of the partner, about the customer.
    fn make_things(&mut self, batch: String) {
        let admin = "partner.account-admin";
        let claim = self.told(admin, "POST", "/claims", &draft())["claim_id"].as_str().unwrap().to_owned();
        let proofs = format!("/claims/{claim}/proofs?name=signed.txt&dated_on=2024-01-01&shows=tenant,workload,partner-role");
        let proof = self.server.ask(&self.tokens[admin], "POST", &proofs, &[("Content-Type", "text/plain")], "signed");
        assert_eq!(proof.status, 200, "{}", proof.body);
        let story = self.told(admin, "GET", &format!("/claims/{claim}/story"), &Value::Null);
        let hash = sha256(&story).expect("the story names the proof");
        self.told(admin, "POST", &format!("/claims/{claim}/submit"), &Value::Null);
        let ask_for = json!({ "partner_id": "100204", "subscriptions": ["s-alpine"] });
        let request = self.told(admin, "POST", "/partner-of-record-requests", &ask_for)["request_id"].as_str().unwrap().to_owned();
        let (case, notice) = self.compete();
        let start = json!({ "location_id": "100204", "model": "indirect-reseller" });
        self.told(admin, "POST", "/enrolments", &start);
        self.told(admin, "POST", "/invitations", &json!({ "partner_id": "100204", "person_id": "e9" }));
        let hook = json!({ "organisation": { "partner": "900010" }, "url": "https://hooks.example/northwind" });
        let webhook = self.told(admin, "POST", "/webhooks", &hook)["webhook_id"].as_str().unwrap().to_owned();
        let token = self.tokens["partner.report-viewer"].split('_').nth(1).unwrap().to_owned();
        let rules = json!({ "files": carried_rulebook(), "note": "the same again" });
        let rulebook = self.told(FIRST, "POST", "/rulebooks", &rules)["sha256"].as_str().unwrap().to_owned();
        let parts = [
            ("rulebook", rulebook.clone()),
            ("rulebook_sha256", rulebook),
            ("claim", claim.clone()),
            ("claim_id", claim),
            ("hash", hash.clone()),
            ("sha256", hash),
            ("request", request.clone()),
            ("request_id", request),
            ("webhook_id", webhook),
            ("token_id", token),
            ("batch", batch),
            ("case", case.clone()),
            ("arbitration_id", case),
            ("notice_id", notice),
        ];
        let fixed = [
            ("partner", "900010"),
            ("partner_id", "100204"),
            ("global_partner_id", "900010"),
            ("account_id", "900010"),
            ("area", "infrastructure"),
            ("metric", "net-customer-adds"),
            ("tenant", "t-alpine"),
            ("tenant_id", "t-alpine"),
            ("principal", "p-ana"),
            ("principal_id", "p-ana"),
            ("subscription", "s-alpine"),
            ("subscription_id", "s-alpine"),
            ("person_id", "e1"),
            ("model", "indirect-reseller"),
            ("register", "customers"),
            ("act", "change"),
            ("user_id", "partner.report-viewer"),
            ("sequence", "5"),
            ("role", "Contributor"),
            ("id", "t-alpine"),
            ("file", "none"),
            ("token", "none"),
            ("product", "azure"),
            ("provider", "none"),
            ("resource_id", "s-alpine"),
        ];
        self.parts.extend(parts);
        self.parts.extend(fixed.map(|(part, value)| (part, value.to_owned())));
    }

    /// Another partner claims what the partner holds: the case that decides between them, and what the partner is told of it.
    fn compete(&self) -> (String, String) {
        let (partner, rival, customer) = ("partner.account-admin", "rival", "customer.global-admin");
        let wanted = json!({ "partner_id": "100400", "activity": "osu-m365", "products": [{ "workload": "teams" }] });
        let mut claim = draft();
        claim.as_object_mut().unwrap().extend(wanted.as_object().unwrap().clone());
        let claim = self.told(rival, "POST", "/claims", &claim)["claim_id"].as_str().unwrap().to_owned();
        let shows = "tenant,workload,partner-role,customer-acknowledgement,usage-before-after";
        let proofs = format!("/claims/{claim}/proofs?name=signed.txt&dated_on={}&shows={shows}", self.scene.today());
        let proof = self.server.ask(&self.tokens[rival], "POST", &proofs, &[("Content-Type", "text/plain")], "signed by both");
        assert_eq!(proof.status, 200, "{}", proof.body);
        for (user, act) in [(rival, "submit"), (customer, "accept"), (FIRST, "review")] {
            self.told(user, "POST", &format!("/claims/{claim}/{act}"), &Value::Null);
        }
        let told = |user: &str, path: &str| self.told(user, "GET", path, &Value::Null);
        let case = told(FIRST, &format!("/claims/{claim}"))["entry"]["arbitrations"][0].as_str().unwrap().to_owned();
        (case, told(partner, "/notices")["items"][0]["entry"]["notice_id"].as_str().unwrap().to_owned())
    }

    /// What the API answers, which must be good.
    fn told(&self, user: &str, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.server.ask(&self.tokens[user], method, path, &[], &body);
        assert!(answer.status < 300, "{user} {method} {path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// An address with its parts filled in.
    pub fn filled(&self, path: &str) -> String {
        let pieces = path.split('/').map(|piece| match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
            Some(part) => {
                self.parts.get(part).map_or_else(|| panic!("`{part}` of {path} is not known: add it to the cast"), String::as_str)
            }
            None => piece,
        });
        pieces.collect::<Vec<_>>().join("/")
    }

    /// The cookie of a user who has just signed in.
    #[expect(clippy::disallowed_methods, reason = "the server's sessions are of the day on which the test runs")]
    fn session(&self, user: &str) -> String {
        let id = sessions::open(&self.home, &Name::new(user), "password", "", Timestamp::now()).unwrap();
        format!("counterfoil_session={id}")
    }

    /// Runs a command as a user.
    pub fn run(&self, user: &str, command: &[&str]) -> Ran {
        self.scene.run(&[command, &["--as", user]].concat())
    }

    /// Writes a file where commands run.
    pub fn write(&self, name: &str, text: &str) {
        self.scene.write(name, text);
    }

    /// Asks for a page, or sends a form, as a user who is signed in; as nobody without one. Forms about the account may end the session, so
    /// they have one of their own.
    pub fn browse(&self, user: Option<&str>, method: &str, path: &str, form: &str) -> Answer {
        let ends = method != "GET" && (path.starts_with("/account") || path == "/sign-out");
        let cookie = user.map(|user| if ends { self.session(user) } else { self.sessions[user].clone() }).unwrap_or_default();
        let headers =
            [("Cookie", cookie.as_str()), ("Sec-Fetch-Site", "same-origin"), ("Content-Type", "application/x-www-form-urlencoded")];
        ask(self.server.address, method, path, &headers, form)
    }

    /// Asks the API as a user; as nobody without one. `path` is the whole address.
    pub fn call(&self, user: Option<&str>, method: &str, path: &str, body: &str) -> Answer {
        match user {
            Some(user) => self.server.ask(&self.tokens[user], method, path.strip_prefix("/api/v1").unwrap(), &[], body),
            None => ask(self.server.address, method, path, &[], body),
        }
    }
}

/// The files of the rulebook that the program carries, by their paths.
fn carried_rulebook() -> BTreeMap<String, String> {
    app::rules::files_below(None).unwrap().into_iter().collect()
}

/// A claim of the partner's location, about the customer.
pub fn draft() -> Value {
    let contact = |name: &str| json!({ "name": name, "email": format!("{name}@northwind.example") });
    json!({
        "partner_id": "100204", "tenant_id": "t-alpine", "activity": "usage-association", "domain": "alpine.example",
        "products": [{ "workload": "yammer" }], "customer_contact": contact("carla"), "partner_contact": contact("ana"),
    })
}

/// The first hash that an answer names.
fn sha256(value: &Value) -> Option<String> {
    match value {
        Value::Object(fields) => {
            fields.get("sha256").and_then(Value::as_str).map(str::to_owned).or_else(|| fields.values().find_map(sha256))
        }
        Value::Array(items) => items.iter().find_map(sha256),
        _ => None,
    }
}
