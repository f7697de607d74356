//! Every page that somebody can reach by links looks and is built well, and no link leads nowhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::commands::claims;
use crate::commands::rulebook::{CHANGES, with_rules};
use crate::commands::scene::Scene;
use crate::pages::webdriver::Browser;

use super::{Pages, browser, wrong};

/// How many pages of one kind are looked at: the first may be empty where the next is not.
const OF_A_KIND: usize = 2;

/// How many pages somebody's crawl looks at; more would be a loop.
const PAGES_MAX: usize = 150;

/// A page's kind: its path, with a star for each part that names an entry.
fn kind(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let is_name = |part: &str| {
        part.len() == 64
            || part.chars().any(|sign| sign.is_ascii_digit())
            || part.contains('%')
            || part.starts_with("t-")
            || part.starts_with("s-")
    };
    let of_users = path.contains("/users/");
    let parts = path.split('/').enumerate().map(|(at, part)| if is_name(part) || (of_users && at == 4) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The pages that links lead to from `/`, as a browser finds them; what is wrong with them is told.
fn crawl(browser: &Browser, pages: &Pages, trouble: &mut BTreeSet<String>) -> BTreeMap<String, usize> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut known: BTreeSet<String> = BTreeSet::from(["/".to_owned()]);
    let mut waiting: VecDeque<String> = VecDeque::from(["/".to_owned()]);
    let links = "return [...document.querySelectorAll('a[href]:not([download])')].map((one) => one.getAttribute('href'))
        .filter((href) => href.startsWith('/') && !href.includes('download='))";
    while let Some(path) = waiting.pop_front() {
        let of_kind = seen.entry(kind(&path)).or_default();
        if *of_kind >= OF_A_KIND {
            continue;
        }
        *of_kind += 1;
        browser.open(&format!("http://{}{path}", pages.address));
        let heading = browser.find("return document.querySelector('h1')?.textContent ?? document.body.textContent.slice(0, 80)");
        let heading = heading.as_str().unwrap_or_default().trim();
        if ["There is no such", "This page is broken", "could not be read"].iter().any(|problem| heading.contains(problem)) {
            trouble.insert(format!("{path}: a link leads to `{heading}`"));
        }
        trouble.extend(wrong(browser, &path));
        for link in browser.find(links).as_array().unwrap() {
            let link = link.as_str().unwrap().split('#').next().unwrap().to_owned();
            // sorting and paging show the same page again
            let is_new = !link.contains('?') && !link.starts_with("/api/v1") && known.insert(link.clone());
            if is_new && known.len() < PAGES_MAX * 8 {
                waiting.push_back(link);
            }
        }
        assert!(seen.len() < PAGES_MAX, "links go on and on");
    }
    seen
}

/// A home where something is in every state: a claim under review, a rulebook that waits.
fn busy_town() -> Scene {
    let scene = claims::town();
    let draft = [&["claim", "new"][..], &claims::DRAFT, &["--as", "fay"]].concat();
    let id = claims::id_in(&scene.run(&draft).to_string(), "claim-");
    let items = ["tenant", "workload", "partner-role", "customer-acknowledgement", "usage-before-after"];
    let today = scene.today();
    let mut proof = vec!["claim", "proof", "add", &id, "statement.txt", "--dated", &today, "--as", "fay"];
    proof.extend(items.iter().flat_map(|item| ["--shows", item]));
    with_rules(&scene, &CHANGES);
    for act in [
        &proof[..],
        &["claim", "submit", &id, "--as", "fay"],
        &["claim", "review", &id, "--as", "ann"],
        &["claim", "accept", &id, "--as", "gus"],
        &["rulebook", "test", "rules", "--write"],
        &["rulebook", "propose", "rules", "--as", "max"],
    ] {
        let ran = scene.run(act);
        assert_eq!(ran.exit, Some(0), "{ran}");
    }
    scene
}

/// Somebody finds these pages by links, and nothing is wrong with any page they find.
fn finds(who: &str, wanted: &[&str]) {
    let Some(browser) = browser() else { return };
    let scene = busy_town();
    let pages = Pages::as_user(&scene, who);
    let mut trouble = BTreeSet::new();
    let seen = crawl(&browser, &pages, &mut trouble);
    for page in wanted {
        assert!(seen.contains_key(*page), "{who} finds no way to {page}: {seen:?}");
    }
    assert!(trouble.is_empty(), "\n{}\n", trouble.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_page_that_a_partner_finds_looks_and_is_built_well_and_no_link_leads_nowhere() {
    finds("pam", &["/partners/*/claims/*", "/partners/*/coverage", "/partners/*/customers/*", "/sql"]);
}

#[test]
fn every_page_that_a_customer_finds_looks_and_is_built_well_and_no_link_leads_nowhere() {
    finds("gus", &["/customer/subscriptions/*", "/customer/history", "/sql"]);
}

#[test]
fn every_page_that_a_reviewer_finds_looks_and_is_built_well_and_no_link_leads_nowhere() {
    finds("ann", &["/operator/claims/*", "/operator/arbitration", "/sql"]);
}

#[test]
fn every_page_that_a_program_manager_finds_looks_and_is_built_well_and_no_link_leads_nowhere() {
    finds("max", &["/operator/audit/*", "/operator/rulebooks/*", "/operator/registers/users/*"]);
}
