//! Claims, as partners, reviewers and customers type them.

use serde_json::Value;

use super::api;
use super::scene::{Ran, Scene, masked};

/// A home with users on every side: `max` keeps users, `ann` and `ben` review, `pam` (900010) and `fay` (900020) claim, `gus` owns the
/// customer's tenant. Location 100204 holds Teams there, by an imported claim.
pub fn town() -> Scene {
    let scene = Scene::with_exports();
    scene.append("exports/subscriptions.csv", "s-office,t-alpine,office-365,ea\n");
    scene.write(
        "exports/customers.csv",
        "tenant_id,name,domains\nt-alpine,Alpine Ski House,alpine.example\nt-woodgrove,Woodgrove Bank,\nt-tailspin,Tailspin Toys,\n",
    );
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let users = [
        ["max", "--operator", "--operator", "program-manager"],
        ["ann", "--operator", "--operator", "reviewer"],
        ["ben", "--operator", "--operator", "reviewer"],
        ["pam", "--partner", "900010", "incentive-admin"],
        ["fay", "--partner", "900020", "incentive-user"],
        ["gus", "--customer", "t-alpine", "global-admin"],
    ];
    for [user, side, of, role] in users {
        let mut arguments = vec!["user", "add", user, side];
        arguments.extend((side != of).then_some(of));
        arguments.extend(["--role", role]);
        arguments.extend(["--as", "max"].iter().filter(|_| user != "max"));
        let ran = scene.run(&arguments);
        assert_eq!(ran.exit, Some(0), "{ran}");
    }
    scene.write("statement.txt", "Fabrikam rolled out Teams for Alpine Ski House, signed by the customer\n");
    scene.write("renewed.txt", "Northwind still runs Teams for Alpine Ski House\n");
    scene
}

pub const DRAFT: [&str; 14] = [
    "--partner",
    "100300",
    "--tenant",
    "t-alpine",
    "--domain",
    "alpine.example",
    "--activity",
    "osu-m365",
    "--product",
    "teams",
    "--customer-contact",
    "Carla Low <carla@alpine.example>",
    "--partner-contact",
    "Fay Ott <fay@fabrikam.example>",
];

/// Runs a line as a user; the user is the last word.
fn run(scene: &Scene, line: &str, rest: &[&str]) -> String {
    let (line, user) = line.rsplit_once(' ').unwrap();
    let mut arguments: Vec<&str> = line.split(' ').collect();
    arguments.extend(rest);
    arguments.extend(["--as", user, "-o", "table"]);
    let ran = scene.run(&arguments);
    format!("$ counterfoil {line} {}--as {user}\n{}", rest.iter().map(|word| format!("{word:?} ")).collect::<String>(), days(&ran))
}

/// What a run told, without the days, which are those of the run.
fn days(ran: &Ran) -> String {
    masked(&ran.to_string(), "0000-00-00", "DAY")
}

/// The id that a draft was given.
pub fn id_in(told: &str, prefix: &str) -> String {
    let at = told.find(prefix).unwrap_or_else(|| panic!("no {prefix} in {told}"));
    told[at..at + prefix.len() + 6].to_owned()
}

#[test]
fn a_claim_is_told_from_its_draft_through_arbitration_to_its_rivals_loss() {
    let scene = town();
    let mut told = Vec::new();
    told.push(run(&scene, "claim new fay", &DRAFT));
    let id = id_in(&told[0], "claim-");
    let mut say = |line: String, rest: &[&str]| {
        told.push(run(&scene, &line, rest));
        told.last().cloned().unwrap_or_default()
    };
    say(format!("claim submit {id} fay"), &[]);
    let today = scene.today();
    let items = ["tenant", "workload", "partner-role", "customer-acknowledgement", "usage-before-after"];
    let mut proof = vec!["statement.txt", "--dated", &today];
    proof.extend(items.iter().flat_map(|item| ["--shows", item]));
    told.push(days(&scene.run(&[&["claim", "proof", "add", &id][..], &proof, &["--as", "fay", "-o", "table"]].concat())));
    let mut say = |line: String, rest: &[&str]| {
        told.push(run(&scene, &line, rest));
        told.last().cloned().unwrap_or_default()
    };
    say(format!("claim submit {id} fay"), &[]);
    let shown = say(format!("claim show {id} fay"), &[]);
    let case = id_in(&shown, "arbitration-");
    say(format!("claim review {id} fay"), &[]);
    say(format!("claim review {id} ann"), &[]);
    say(format!("claim vote {id} approve ann"), &[]);
    say(format!("claim accept {id} gus"), &[]);
    say(format!("claim vote {id} approve ann"), &[]);
    let decide = format!("claim arbitrate {case} --for {id} --reason greater-influence");
    say(format!("{decide} ann"), &[]);
    say("claim proof add c1 renewed.txt pam".to_owned(), &["--shows", "partner-role"]);
    say(format!("claim arbitrate {case} ann"), &[]);
    say(format!("{decide} ann"), &[]);
    say(format!("{decide} ann"), &[]);
    say(format!("{decide} ben"), &[]);
    say(format!("claim show {id} gus"), &[]);
    say("claim show c1 pam".to_owned(), &[]);
    say("claim holders max".to_owned(), &[]);
    say("claim list pam".to_owned(), &[]);
    say(format!("claim show {id} pam"), &[]);
    say(format!("claim revoke {id} gus"), &["--reason", "the project is over"]);
    say("claim tick max".to_owned(), &[]);
    // scores read what the register says
    assert_eq!(scene.run(&["export", "facts"]).exit, Some(0));
    told.push(masked(&scene.read("facts/claims.csv"), "0000-00-00", "DAY"));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn claims_are_asked_for_and_acted_on_by_request_each_side_seeing_its_own() {
    let scene = town();
    let token = |user: &str| {
        let issue = ["token", "issue", user, "--purpose", "test", "--expires-on", "2999-01-01", "--as", "max", "-o", "json"];
        let told: Value = serde_json::from_slice(&scene.command(&issue).output().unwrap().stdout).unwrap();
        told["token"].as_str().unwrap().to_owned()
    };
    let [ann, ben, pam, fay, gus] = ["ann", "ben", "pam", "fay", "gus"].map(token);
    let server = api::serve(&scene);
    let ask = |token: &str, method: &str, path: &str, body: &str| {
        let answer = server.ask(token, method, path, &[], body);
        (answer.status, serde_json::from_str::<Value>(&answer.body).unwrap_or_default())
    };
    let draft = r#"{"partner_id":"100300","tenant_id":"t-alpine","domain":"alpine.example","activity":"usage-association",
        "products":[{"workload":"yammer"}],"customer_contact":{"name":"Carla","email":"carla@alpine.example"},
        "partner_contact":{"name":"Fay","email":"fay@fabrikam.example"}}"#;
    assert_eq!(ask(&pam, "POST", "/claims", draft).0, 403);
    let (status, claim) = ask(&fay, "POST", "/claims", draft);
    let id = claim["claim_id"].as_str().unwrap().to_owned();
    assert_eq!((status, claim["state"].as_str()), (201, Some("draft")));
    let at = |act: &str| format!("/claims/{id}{act}");
    // a draft is its partner's alone, and the operator's
    assert_eq!([&fay, &ann, &pam, &gus].map(|who| ask(who, "GET", &at(""), "").0), [200, 200, 404, 404]);
    assert_eq!(ask(&ann, "POST", &at("/submit"), "").1["code"], "role-missing");
    assert_eq!(ask(&fay, "POST", &at("/submit"), "").1["state"], "submitted");
    assert_eq!(ask(&gus, "GET", "/actions", "").1["items"][0]["kind"], "consent");
    assert_eq!(ask(&gus, "POST", &at("/accept"), "").0, 200);
    assert_eq!(ask(&ann, "POST", &at("/review"), "").0, 200);
    let (approve, reject) = (r#"{"verdict":"approve"}"#, r#"{"verdict":"reject"}"#);
    assert_eq!(ask(&ann, "POST", &at("/votes"), reject).1["code"], "reason-unknown");
    let (_, voted) = ask(&ann, "POST", &at("/votes"), approve);
    assert_eq!((voted["state"].as_str(), voted.get("votes")), (Some("under-review"), None));
    assert_eq!(ask(&ann, "POST", &at("/votes"), approve).1["code"], "same-reviewer");
    assert_eq!(ask(&ben, "POST", &at("/votes"), approve).1["state"], "approved");
    let (_, story) = ask(&gus, "GET", &at("/story"), "");
    let kinds: Vec<&str> = story["story"].as_array().unwrap().iter().map(|moment| moment["kind"].as_str().unwrap()).collect();
    let all = ["claim-drafted", "claim-submitted", "claim-accepted", "claim-review-started", "claim-voted", "claim-approved"];
    assert_eq!(kinds, all);
    assert_eq!(ask(&gus, "GET", "/actions", "").1["items"], serde_json::json!([]), "what was done waits no more");
    assert_eq!(ask(&gus, "GET", &at("/story?known_at=2001-01-01T00:00:00Z"), "").1["code"], "unknown-id");
    let now = ask(&gus, "GET", &at("/story?known_at=2999-01-01T00:00:00Z"), "").1;
    assert_eq!((&now["claim"], &now["story"]), (&story["claim"], &story["story"]));
    assert_eq!(ask(&pam, "GET", "/claims", "").1["items"].as_array().unwrap().len(), 1);
    assert_eq!(ask(&gus, "POST", &at("/revoke"), r#"{"reason":"over"}"#).1["state"], "ended");
}

#[test]
fn the_chooser_tells_which_activity_fits_and_why_the_others_do_not() {
    let scene = Scene::empty();
    let told = [
        scene.run(&["claim", "activities", "--workload", "teams", "--without-proof", "-o", "table"]),
        scene.run(&["claim", "activities", "--workload", "sales", "--agreement", "csp-legacy", "-o", "table"]),
        scene.run(&["claim", "new", "--activity", "osu-m356"]),
        scene.run(&["claim", "new", "--customer-contact", "Carla"]),
    ];
    insta::assert_snapshot!(told.map(|ran| ran.to_string()).join("\n"));
}
