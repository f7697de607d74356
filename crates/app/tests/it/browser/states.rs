//! Pages with nothing to show, with more than fits, and of what went wrong.

use crate::commands::claims::{DRAFT, id_in, town};
use crate::commands::scene::Scene;

use super::{Pages, browser, wrong};

/// A name of both writing directions, with signs beyond the first plane and a word that has no place to break: 120 letters.
const LONG: &str =
    "شركة الشمال للاستشارات والهندسة 🏔️👩‍💻 Nordwindberatungsundingenieurgesellschaftmitbeschraenkterhaftungundcompagniekommandit";

const REGISTERS: [&str; 9] = ["partners", "customers", "subscriptions", "principals", "people", "enrolments", "links", "chains", "users"];

/// A file that no form takes as proof, bytes.
const TOO_LARGE: u64 = 26 << 20;

#[test]
fn a_home_without_facts_says_on_each_page_what_is_missing() {
    let Some(browser) = browser() else { return };
    let scene = Scene::empty();
    let roles = ["--role", "program-manager", "--role", "reviewer", "--role", "auditor"];
    let ran = scene.run(&[&["user", "add", "max", "--operator"], &roles[..]].concat());
    assert_eq!(ran.exit, Some(0), "{ran}");
    let pages = Pages::as_user(&scene, "max");
    let own =
        ["/", "/operator", "/operator/arbitration", "/operator/second", "/operator/registers", "/operator/rulebooks", "/operator/audit"];
    let more = ["/operator/audit/checkpoints", "/imports", "/imports/months", "/imports/rows", "/actions", "/sql", "/no/such/page"];
    let registers = REGISTERS.map(|register| format!("/operator/registers/{register}"));
    let mut trouble = Vec::new();
    for path in own.into_iter().chain(more).chain(registers.iter().map(String::as_str)) {
        browser.open(&format!("http://{}{path}", pages.address));
        assert!(!browser.text("h1").contains("broken"), "{path}: {}", browser.text("main"));
        trouble.extend(wrong(&browser, path));
    }
    assert!(trouble.is_empty(), "\n{}\n", trouble.join("\n"));
}

#[test]
fn a_partner_and_a_customer_with_nothing_are_told_so_on_each_page() {
    let Some(browser) = browser() else { return };
    let scene = Scene::with_exports();
    scene.append("exports/customers.csv", "t-new,New Harbour\n");
    scene.append("exports/partners.csv", "900091,900090,Nobody Yet\n");
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    for line in [
        &["user", "add", "max", "--operator", "--role", "program-manager"][..],
        &["user", "add", "nina", "--customer", "t-new", "--role", "global-admin", "--as", "max"],
        &["user", "add", "noor", "--partner", "900090", "--role", "account-admin", "--as", "max"],
    ] {
        let ran = scene.run(line);
        assert_eq!(ran.exit, Some(0), "{ran}");
    }
    let mut trouble = Vec::new();
    let customer = ["/customer", "/customer/partners", "/customer/subscriptions", "/customer/history", "/actions"].map(str::to_owned);
    let partner = ["", "/designations/infrastructure", "/customers", "/coverage", "/claims", "/record", "/links", "/resale", "/people"];
    let partner = partner.into_iter().chain(["/insights", "/plan", "/settings"]).map(|page| format!("/partners/900090{page}"));
    for (user, paths) in [("nina", customer.to_vec()), ("noor", partner.collect())] {
        let pages = Pages::as_user(&scene, user);
        for path in paths {
            browser.open(&format!("http://{}{path}", pages.address));
            assert!(!["broken", "no such"].iter().any(|bad| browser.text("h1").contains(bad)), "{path}: {}", browser.text("main"));
            trouble.extend(wrong(&browser, &path));
        }
    }
    assert!(trouble.is_empty(), "\n{}\n", trouble.join("\n"));
}

#[test]
fn long_names_of_any_writing_fit_on_every_page() {
    let Some(browser) = browser() else { return };
    let scene = Scene::with_exports();
    for (file, name) in [("partners", "Northwind Consulting"), ("partners", "Fabrikam"), ("customers", "Alpine Ski House")] {
        let file = format!("exports/{file}.csv");
        scene.write(&file, &scene.read(&file).replace(name, LONG));
    }
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let users = [
        ["max", "--operator", "", "program-manager"],
        ["pam", "--partner", "900010", "account-admin"],
        ["gus", "--customer", "t-alpine", "global-admin"],
    ];
    for [user, side, of, role] in users {
        let line = ["user", "add", user, side, of, "--role", role, "--name", LONG, "--as", "max"];
        let line: Vec<&str> = line.into_iter().filter(|word| !word.is_empty()).collect();
        let ran = scene.run(if user == "max" { &line[..line.len() - 2] } else { &line });
        assert_eq!(ran.exit, Some(0), "{ran}");
    }
    let partner =
        ["", "/designations/infrastructure", "/customers", "/coverage", "/customers/t-alpine", "/claims", "/claims/c1", "/record"];
    let more = ["/links", "/resale", "/people", "/insights", "/settings"];
    let partner: Vec<String> = partner.into_iter().chain(more).map(|page| format!("/partners/900010{page}")).collect();
    let customer = ["", "/partners", "/subscriptions", "/subscriptions/s-alpine?partner=100300", "/history"];
    let operator = ["/", "/operator/registers/partners", "/operator/registers/partners/900010", "/operator/registers/users"];
    let all = [
        ("pam", partner),
        ("gus", customer.map(|page| format!("/customer{page}")).to_vec()),
        ("max", operator.map(str::to_owned).to_vec()),
    ];
    let mut trouble = Vec::new();
    for (user, paths) in all {
        let pages = Pages::as_user(&scene, user);
        for path in paths {
            browser.open(&format!("http://{}{path}", pages.address));
            trouble.extend(wrong(&browser, &path));
        }
    }
    assert!(trouble.is_empty(), "\n{}\n", trouble.join("\n"));
}

#[test]
fn what_goes_wrong_says_so_on_a_page_that_leads_on() {
    let Some(browser) = browser() else { return };
    let scene = town();
    let drafted = scene.run(&[&["claim", "new"], &DRAFT[..], &["--as", "fay", "-o", "table"]].concat()).to_string();
    let id = id_in(&drafted, "claim-");
    let large = scene.folder.path().join("large.pdf");
    std::fs::File::create(&large).unwrap().set_len(TOO_LARGE).unwrap();
    let pages = Pages::as_user(&scene, "fay");
    let keys = pages.keyboard(&browser);
    keys.open(&format!("/partners/900020/claims/{id}/edit"));
    keys.skip();
    keys.choose("A file of any type", &large);
    keys.follow("Add the proof");
    keys.reads("25 MiB");
    keys.is_well();
    for path in ["/partners/900020/claims/claim-999999", "/partners/900020/nothing", "/partners/900020?as_of=yesterday"] {
        keys.open(path);
        keys.is_well();
        keys.skip();
        keys.reach("Home");
    }
}
