//! A partner's journey: drop an export, see the score move, follow a point down to the row and back.

/// An analyst's journey.
mod analyst;

/// Every page, by its links.
mod crawl;

/// A customer's journeys.
mod customer;

/// An operator's journeys.
mod operator;

/// A partner's journeys.
mod partner;

/// Somebody without a mouse.
mod keyboard;

/// Signing in, by keyboard.
mod sign_in;

/// Nothing, too much, and what went wrong.
mod states;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::json;

use crate::commands::scene::Scene;
use crate::pages::browser::AXE;
use crate::pages::webdriver::Browser;

use self::keyboard::Keyboard;

/// The pages of a home, until dropped.
struct Pages {
    server: Child,
    address: String,
    lines: Receiver<String>,
}

impl Pages {
    fn of(scene: &Scene) -> Self {
        Self::with(scene, &["--as", "operator"])
    }

    /// The pages as a user sees them.
    fn as_user(scene: &Scene, user: &str) -> Self {
        Self::with(scene, &["--as", user])
    }

    fn with(scene: &Scene, more: &[&str]) -> Self {
        let ask = ["serve", "--as-of", "2024-08-10", "--port", "0"];
        let mut server = scene.command(&[&ask[..], more].concat()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(server.stderr.take().unwrap()).lines();
        let (line, lines) = channel();
        // every line is read, so that the server never waits for a reader
        std::thread::spawn(move || told.map_while(Result::ok).for_each(|told| drop(line.send(told))));
        let mut pages = Self { server, address: String::new(), lines };
        pages.address = pages.told("listening on http://").split('/').next().unwrap().to_owned();
        pages
    }

    /// What the server says after some words, now or next.
    fn told(&self, words: &str) -> String {
        self.lines.iter().find_map(|line| Some(line.split_once(words)?.1.to_owned())).unwrap_or_else(|| panic!("`{words}` was not said"))
    }

    /// Somebody without a mouse before these pages.
    fn keyboard<'a>(&self, browser: &'a Browser) -> Keyboard<'a> {
        Keyboard { browser, address: self.address.clone() }
    }
}

/// A browser that knows axe, where there is one.
fn browser() -> Option<Browser> {
    let browser = Browser::start()?;
    if let Some(file) = std::env::var_os("AXE") {
        browser.bring(&std::fs::read_to_string(file).unwrap());
    }
    browser.look(1280, "light");
    Some(browser)
}

/// Every width in every theme; axe judges the second and the third, which have both.
const LOOKS: [(u32, &str); 4] = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")];

/// What is wrong with the page as it stands, narrow and wide, light and dark; so it is left.
fn wrong(browser: &Browser, page: &str) -> Vec<String> {
    let has_axe = std::env::var_os("AXE").is_some();
    let mut trouble = Vec::new();
    for (width, colours) in LOOKS {
        browser.look(width, colours);
        let mut found = browser.find(include_str!("pages/look.js")).as_array().unwrap().clone();
        if has_axe && LOOKS[1..3].contains(&(width, colours)) {
            found.extend(browser.wait_for(AXE).as_array().unwrap().clone());
        }
        trouble.extend(found.iter().map(|one| format!("{page} at {width}, {colours}: {}", one.as_str().unwrap())));
    }
    browser.look(1280, "light");
    trouble
}

/// The page as it stands looks and is built well.
fn is_well(browser: &Browser, page: &str) {
    let trouble = wrong(browser, page);
    assert!(trouble.is_empty(), "\n{}\n", trouble.join("\n"));
}

impl Drop for Pages {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_dropped_export_moves_the_score_and_a_point_leads_down_to_its_row_and_back() {
    let Some(browser) = Browser::start() else { return };
    let scene = Scene::with_exports();
    let folder = scene.folder.path();
    let export = folder.join("consumption.csv");
    std::fs::rename(folder.join("exports/consumption.csv"), &export).unwrap();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let pages = Pages::of(&scene);
    let open = |path: &str| browser.open(&format!("http://{}{path}", pages.address));
    let text = |selector: &str| {
        browser.find(&format!("return document.querySelector(\"{selector}\")?.textContent ?? ''")).as_str().unwrap().to_owned()
    };
    browser.look(1280, "light");

    open("/partners/900010/designations/infrastructure");
    let before = text("h1");
    open("/imports");
    browser.choose("#files", &export);
    browser.click("form.drop button");
    assert!(text("main").contains("120"), "every row has a fate: {}", text("main"));
    open("/partners/900010/designations/infrastructure");
    assert!(text("h1") != before, "the score moved: {before}");

    browser.click(".metric-card a[href*='/usage-growth']");
    let has_more = || browser.find("return document.querySelector('.grid-table tbody th a') !== null") == json!(true);
    for _ in 0..8 {
        if !has_more() {
            break;
        }
        browser.click(".grid-table tbody th a");
    }
    assert!(text("main").contains("consumption.csv:"), "the row tells its file and line: {}", text("main"));
    browser.click(".crumbs li:first-child a");
    assert!(text("h1").contains("designations qualified"), "{}", text("h1"));
}

#[test]
fn the_pages_of_imports_look_and_are_built_as_well_as_the_others() {
    let Some(browser) = Browser::start() else { return };
    let axe = std::env::var_os("AXE").map(|file| std::fs::read_to_string(file).unwrap());
    let scene = Scene::with_exports();
    scene.append("exports/consumption.csv", "2024-02-30,t-alpine,s-alpine,Key Vault,1\n");
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(3));
    let pages = Pages::of(&scene);
    if let Some(axe) = &axe {
        browser.bring(axe);
    }
    browser.open(&format!("http://{}/imports", pages.address));
    let batch = browser.find("return document.querySelector('.grid-table tbody th a').getAttribute('href')");
    let batch = batch.as_str().unwrap();
    let mut trouble = Vec::new();
    for (width, colours) in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")] {
        browser.look(width, colours);
        for path in
            ["/imports", batch, &format!("{batch}/undo"), "/imports/months", "/imports/rows?place=consumption.csv:2&as_of=2024-08-10"]
        {
            browser.open(&format!("http://{}{path}", pages.address));
            let wrong = browser.find(include_str!("pages/look.js"));
            let serious = if axe.is_some() { browser.wait_for(AXE) } else { json!([]) };
            let all = wrong.as_array().unwrap().iter().chain(serious.as_array().unwrap());
            trouble.extend(all.map(|one| format!("{path} at {width}, {colours}: {}", one.as_str().unwrap())));
        }
    }
    assert!(trouble.is_empty(), "\n{}\n", trouble.join("\n"));
}
