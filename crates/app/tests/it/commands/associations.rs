//! Partners of record, resale and learning profiles: what users type, what is refused, and what credits and scores make of it.

use serde_json::Value;

use super::scene::{Ran, Scene};

/// A home with imports and usage far ahead, and somebody for every part.
fn peopled() -> Scene {
    let scene = Scene::with_exports();
    scene.append("exports/subscriptions.csv", "s-tail-ea,t-tailspin,azure,ea\n");
    for (tenant, dollars) in [("alpine", 3000), ("woodgrove", 4000), ("tailspin", 5000)] {
        scene.append("exports/consumption.csv", &format!("2999-01-10,t-{tenant},s-{tenant},Virtual Network,{dollars}\n"));
    }
    scene.append("exports/certifications.csv", "n1,MS-900,2022-05-01,\nn1,MS-102,2022-05-01,\n");
    ran(&scene, "import exports", 0);
    for (user, of) in [
        ("rita", "--operator --role program-manager"),
        ("grace", "--customer t-woodgrove --role global-admin --as rita"),
        ("sam", "--customer t-woodgrove --role service-admin --as rita"),
        ("tess", "--customer t-tailspin --role global-admin --as rita"),
        ("paul", "--partner 900010 --role account-admin --as rita"),
        ("fay", "--partner 900020 --role account-admin --as rita"),
        ("nina", "--partner 900020 --role report-viewer --person n1 --as rita"),
    ] {
        ran(&scene, &format!("user add {user} {of}"), 0);
    }
    scene
}

fn ran(scene: &Scene, line: &str, exit: i32) -> Ran {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let ran = scene.run(&arguments);
    assert_eq!(ran.exit, Some(exit), "{line}\n{ran}");
    ran
}

fn json(scene: &Scene, line: &str) -> Value {
    serde_json::from_str(&ran(scene, &format!("{line} -o json"), 0).stdout).unwrap()
}

/// What accounts are credited with in January 2999, by account.
fn credited(scene: &Scene, subscription: &str) -> String {
    let groups = json(scene, "credit --group global-partner,subscription,month --as-of 2999-01-31");
    let row = |row: &Value| {
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        (text("subscription_id") == subscription && text("month").starts_with("2999-01"))
            .then(|| format!("{} {}", text("global_partner_id"), row["acr_usd"]))
    };
    groups.as_array().unwrap().iter().filter_map(row).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_customer_names_another_partner_of_record_and_credits_follow() {
    let scene = peopled();
    assert_eq!(credited(&scene, "s-woodgrove"), "900010 \"4000\"");
    // who may not, and IDs that will not do
    for (line, code) in [
        ("dpor save s-woodgrove --partner 100300 --as sam", "`sam` may not set the partner of record"),
        ("dpor save s-woodgrove --partner 100300 --as tess", "there is no subscription `s-woodgrove`"),
        ("dpor save s-woodgrove --partner 100300 --as paul", "there is no subscription `s-woodgrove`"),
        ("dpor save s-woodgrove --partner 900010 --as grace", "use one of its locations: `100204`"),
        ("dpor save s-woodgrove --partner 42 --as grace", "there is no partner `42`"),
        ("dpor save s-nowhere --partner 100300 --as grace", "there is no subscription `s-nowhere`"),
        ("dpor save s-tailspin --partner 100300 --as tess", "is sold by a CSP"),
    ] {
        let told = ran(&scene, line, 1).stderr;
        assert!(told.contains(code) && told.contains("hint: "), "{line}\n{told}");
    }
    let asked = json(&scene, "dpor request s-woodgrove --partner 100300 --address https://partners.example --as fay");
    let link = "https://partners.example/customer/subscriptions/s-woodgrove?partner=100300";
    assert_eq!(asked["subscriptions"][0]["link"], link);
    assert!(asked["text"].as_str().unwrap().contains("Dear Woodgrove Bank,") && asked["text"].as_str().unwrap().contains(link));
    assert_eq!(json(&scene, "dpor validate 100300 --as grace")["name"], "Fabrikam");
    assert_eq!(json(&scene, "dpor save s-woodgrove --partner 100300 --as grace"), "changed");
    assert_eq!(json(&scene, "dpor save s-woodgrove --partner 100300 --as grace"), "unchanged");
    assert_eq!(credited(&scene, "s-woodgrove"), "900020 \"4000\"");
    assert_eq!(json(&scene, "dpor requests --as fay")[0]["state"], "done");
    // old and new partner are told
    assert_eq!(json(&scene, "notice list --as paul")[0]["kind"], "partner-of-record-lost");
    assert_eq!(json(&scene, "notice list --as fay")[0]["kind"], "partner-of-record-won");
    assert_eq!(json(&scene, "dpor remove s-woodgrove --as grace"), "100300");
    assert_eq!(credited(&scene, "s-woodgrove"), "");
    // one act over a filter, with a result for each
    let line = "dpor designate --tenant t-tailspin --partner 100300 --without --as tess -o json --query [].[subscription_id,saved,code]";
    let results: Value = serde_json::from_str(&ran(&scene, line, 3).stdout).unwrap();
    assert_eq!(results.to_string(), r#"[["s-tail-ea","set",null],["s-tailspin",null,"subscription-is-csp"]]"#);
}

#[test]
fn a_successor_inherits_no_partner_of_record_and_the_watch_says_so() {
    let scene = peopled();
    ran(&scene, "subscription succeed s-woodgrove --by s-wood-new --agreement mca --as rita", 0);
    let watched = json(&scene, "dpor watch --as paul --query [].[subscription_id,why,predecessor_id,former_partner_id]");
    assert_eq!(watched.to_string(), r#"[["s-wood-new","succeeded","s-woodgrove","100205"]]"#);
    assert_eq!(json(&scene, "dpor watch --as fay").to_string(), "[]");
    assert_eq!(json(&scene, "dpor requests --as grace")[0]["carried_from"], "s-woodgrove");
    assert_eq!(json(&scene, "dpor save s-wood-new --partner 100205 --as grace"), "set");
    assert_eq!(json(&scene, "dpor watch --as rita").to_string(), "[]");
    assert_eq!(credited(&scene, "s-woodgrove"), "");
}

#[test]
fn a_subscription_that_moves_takes_its_history_to_the_new_chain() {
    let scene = peopled();
    assert_eq!(credited(&scene, "s-tailspin"), "900020 \"5000\"");
    let told = ran(&scene, "csp move s-tailspin --direct 100204 --on 2024-02-01 --as fay", 1).stderr;
    assert!(told.contains("`900010` has no active enrolment as direct-bill"), "{told}");
    // an enrolment that falls short says by how much
    ran(&scene, "partner set 100204 --country DE --as rita", 0);
    ran(&scene, "csp enrol start 100204 --model direct-bill --as paul", 0);
    let company =
        "csp enrol company 900010 --model direct-bill --name Northwind --country DE --street hauptstr.12 --town 10115BERLIN --as paul";
    ran(&scene, company, 0);
    let told = ran(&scene, "csp enrol verify 900010 --model direct-bill --as rita", 1).stderr;
    for part in [
        "the suggested address is neither accepted nor declined",
        "the credit is not approved",
        "short of the floor of 300000",
        "no support plan",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    // whoever sold before this register was kept is admitted
    ran(&scene, "csp enrol close 900010 --model direct-bill --reason admitted --as paul", 0);
    ran(&scene, "csp enrol admit 100204 --model direct-bill --reason since-2019 --as rita", 0);
    let told = ran(&scene, "csp move s-tailspin --direct 100204 --on 2024-02-01 --as paul", 1).stderr;
    assert!(told.contains("there is no subscription `s-tailspin`"), "{told}");
    ran(&scene, "csp move s-tailspin --direct 100204 --on 2024-02-01 --as fay", 0);
    assert_eq!(credited(&scene, "s-tailspin"), "900010 \"5000\"");
    // usage from before the move as well
    let before =
        json(&scene, "credit --group global-partner,subscription,month --as-of 2024-08-31 --query [?subscription_id=='s-tailspin']");
    assert!(before.as_array().unwrap().iter().all(|row| row["global_partner_id"] == "900010"), "{before}");
    ran(&scene, "csp end s-tailspin --on 2024-09-01 --as paul", 0);
    assert_eq!(credited(&scene, "s-tailspin"), "");
}

#[test]
fn a_person_links_their_own_profile_and_the_partner_scores_with_it() {
    let scene = peopled();
    let skilled = |scene: &Scene| {
        let line = "score show --as-of 2999-01-31 --query [?global_partner_id=='900020'&&area=='modern-work'].tracks[0].score_exact";
        json(scene, line)
    };
    let before = skilled(&scene);
    let told = ran(&scene, "people link --at 100300 --as fay", 1).stderr;
    assert!(told.contains("`fay` is no certified person"), "{told}");
    ran(&scene, "people invite n1 --at 100300 --as fay", 0);
    assert_eq!(json(&scene, "people list --partner 900020 --as fay")[0]["standing"], "invited");
    ran(&scene, "people link --at 100300 --as nina", 0);
    assert_eq!(json(&scene, "people list --partner 900020 --as fay")[0]["standing"], "linked");
    assert_ne!(skilled(&scene), before);
    let told = ran(&scene, "people link --at 100204 --as nina", 1).stderr;
    assert!(told.contains("your last link is less than 30 days old"), "{told}");
    let told = ran(&scene, "people leaver n1 --as paul", 1).stderr;
    assert!(told.contains("`paul` may not report leavers"), "{told}");
    ran(&scene, "people leaver n1 --as fay", 0);
    assert_eq!(json(&scene, "people list --partner 900020 --as fay")[0]["standing"], "leaving");
    assert_eq!(skilled(&scene), before);
}

#[test]
fn any_id_is_resolved_to_the_one_to_use() {
    let scene = peopled();
    let resolved = |id: &str| {
        let output = scene.run(&["partner", "resolve", id, "--as", "grace", "-o", "json"]);
        let told: Value = serde_json::from_str(&output.stdout).unwrap();
        format!("{id}: {} → {}: {}", told["kind"].as_str().unwrap(), told["partner_id"], told["why"].as_str().unwrap())
    };
    ran(&scene, "partner close 100205 --as rita", 0);
    let told = ["100204", "MPN-100300", "mpn id: 100 300", "100205", "900010", "900020", "T-Alpine", "s-alpine", "100301", "0100204"]
        .map(resolved);
    insta::assert_snapshot!(told.join("\n"));
}
