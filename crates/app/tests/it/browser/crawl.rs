//! Every page that somebody can reach by links looks and is built well, and no link leads nowhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::commands::claims;
use crate::pages::browser::AXE;
use crate::pages::webdriver::Browser;

use super::Pages;

/// How many pages of one kind are looked at: the first may be empty where the next is not.
const OF_A_KIND: usize = 2;

/// How many pages somebody's crawl looks at; more would be a loop.
const PAGES_MAX: usize = 150;

/// Two looks that together have both widths and both themes.
const LOOKS: [(u32, &str); 2] = [(1280, "light"), (390, "dark")];

/// A page's kind: its path, with a star for each part that names an entry.
fn kind(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let is_name = |part: &str| {
        part.chars().any(|sign| sign.is_ascii_digit()) || part.contains('%') || part.starts_with("t-") || part.starts_with("s-")
    };
    let parts = path.split('/').map(|part| if is_name(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The pages that links lead to from `/`, as a browser finds them; what is wrong with them is told.
fn crawl(browser: &Browser, pages: &Pages, who: &str, axe: bool, trouble: &mut BTreeSet<String>) -> BTreeMap<String, usize> {
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
        for (width, colours) in LOOKS {
            browser.look(width, colours);
            browser.open(&format!("http://{}{path}", pages.address));
            let mut tell = |what: &str| trouble.insert(format!("{who}: {path} at {width}, {colours}: {what}"));
            let heading = browser.find("return document.querySelector('h1')?.textContent ?? document.body.textContent.slice(0, 80)");
            let heading = heading.as_str().unwrap_or_default().trim();
            if ["There is no such", "This page is broken", "could not be read"].iter().any(|problem| heading.contains(problem)) {
                tell(&format!("a link leads to `{heading}`"));
            }
            for wrong in browser.find(include_str!("../pages/look.js")).as_array().unwrap() {
                tell(wrong.as_str().unwrap());
            }
            if axe {
                browser.wait_for(AXE).as_array().unwrap().iter().for_each(|wrong| {
                    tell(wrong.as_str().unwrap());
                });
            }
        }
        for link in browser.find(links).as_array().unwrap() {
            let link = link.as_str().unwrap().split('#').next().unwrap().to_owned();
            // sorting and paging show the same page again
            let is_new = !link.contains('?') && !link.starts_with("/api/v1") && known.insert(link.clone());
            if is_new && known.len() < PAGES_MAX * 8 {
                waiting.push_back(link);
            }
        }
        assert!(seen.len() < PAGES_MAX, "{who}: links go on and on");
    }
    seen
}

#[test]
fn every_page_of_every_workspace_looks_and_is_built_well_and_no_link_leads_nowhere() {
    let Some(browser) = Browser::start() else { return };
    let axe = std::env::var_os("AXE").map(|file| std::fs::read_to_string(file).unwrap());
    if let Some(axe) = &axe {
        browser.bring(axe);
    }
    let scene = claims::town();
    let draft = [&["claim", "new"][..], &claims::DRAFT, &["--as", "fay"]].concat();
    let id = claims::id_in(&scene.run(&draft).to_string(), "claim-");
    let items = ["tenant", "workload", "partner-role", "customer-acknowledgement", "usage-before-after"];
    let today = scene.today();
    let mut proof = vec!["claim", "proof", "add", &id, "statement.txt", "--dated", &today, "--as", "fay"];
    proof.extend(items.iter().flat_map(|item| ["--shows", item]));
    for act in [
        &proof[..],
        &["claim", "submit", &id, "--as", "fay"],
        &["claim", "review", &id, "--as", "ann"],
        &["claim", "accept", &id, "--as", "gus"],
    ] {
        let ran = scene.run(act);
        assert_eq!(ran.exit, Some(0), "{ran}");
    }
    let mut trouble = BTreeSet::new();
    for (who, page) in
        [("pam", "/partners/*/claims/*"), ("gus", "/customer/subscriptions/*"), ("ann", "/operator/claims/*"), ("max", "/operator/audit/*")]
    {
        let pages = Pages::as_user(&scene, who);
        let seen = crawl(&browser, &pages, who, axe.is_some(), &mut trouble);
        assert!(seen.contains_key(page), "{who} finds no way to {page}: {seen:?}");
    }
    assert!(trouble.is_empty(), "\n{}\n", trouble.into_iter().collect::<Vec<_>>().join("\n"));
}
