//! What roles do not see: somebody who may not see money or people walks over every page, download and answer, and finds none.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write as _};

use calamine::{Reader as _, Xlsx};
use engine::files::FileForm;
use engine::source::Source;
use serde_json::{Value, json};

use super::cast::{Cast, FIRST};
use super::routes;
use crate::pages::http::Answer;

/// How many addresses a walk has at most.
const ADDRESSES_MAX: usize = 1_200;

/// Where a walk begins.
const DOORS: [&str; 4] = ["/partners/900010", "/actions", "/account", "/me/profile"];

/// Every page and file of the partner that can be reached by links, with what is in it.
pub fn walk(cast: &Cast, user: &str) -> BTreeMap<String, String> {
    walk_from(cast, user, &DOORS)
}

/// Every page and file below `doors` that can be reached by links, with what is in it. Orders of the same rows are left out.
fn walk_from(cast: &Cast, user: &str, doors: &[&str]) -> BTreeMap<String, String> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Vec<String> = doors.iter().map(|door| (*door).to_owned()).collect();
    while let Some(address) = open.pop() {
        if seen.len() >= ADDRESSES_MAX || seen.contains_key(&address) {
            continue;
        }
        let answer = cast.browse(Some(user), "GET", &address, "");
        let is_page = answer.header("content-type").starts_with("text/html");
        for href in answer.body.split("href=\"").skip(1).filter(|_| is_page) {
            let href = href.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
            let href = href.split('#').next().unwrap().to_owned();
            if doors.iter().any(|door| href.starts_with(door)) && !href.contains("sort=") && !href.contains("as_of=") {
                open.push(href);
            }
        }
        seen.insert(address, text(answer));
    }
    seen
}

/// What an answer tells; of workbooks and Parquet files their cells.
fn text(answer: Answer) -> String {
    let kind = answer.header("content-type").to_owned();
    if kind.contains("spreadsheetml") {
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(answer.bytes)).unwrap();
        let sheets = book.worksheets();
        let cells = sheets.iter().flat_map(|(_, sheet)| sheet.rows().flatten().map(ToString::to_string));
        return cells.collect::<Vec<_>>().join("\n");
    }
    if kind.contains("parquet") {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&answer.bytes).unwrap();
        let mut cells = Vec::new();
        Source::open_path(file.path(), "download", FileForm::Parquet).unwrap().read_raw(&mut |_, row| cells.extend(row)).unwrap();
        return cells.join("\n");
    }
    answer.body
}

/// Every answer of the API that reads.
pub fn answers(cast: &Cast, user: &str) -> BTreeMap<String, String> {
    let reads = routes::of_api().into_iter().filter(|(method, _)| method == "GET").map(|(_, path)| path);
    let deep = |path: String| if path.ends_with("/explanation") { format!("{path}?depth=10&as_of=2024-03-15") } else { path };
    let mut addresses: Vec<String> = reads.map(|path| deep(cast.filled(&path))).collect();
    let of_areas = ["data-ai", "modern-work", "business-applications"];
    addresses.extend(of_areas.map(|area| format!("/api/v1/scores/900010/{area}/explanation?depth=10&as_of=2024-03-15")));
    addresses
        .into_iter()
        .map(|address| (cast.call(Some(user), "GET", &address, ""), address))
        .inspect(|(answer, address)| assert!(answer.status != 400, "{address}: {}", answer.body))
        .filter(|(answer, _)| answer.status < 300)
        .map(|(answer, address)| (address, answer.body))
        .collect()
}

/// The numbers in a text, in one form: without commas and needless zeros.
fn numbers(text: &str) -> BTreeSet<String> {
    let tokens = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',');
    let plain = |token: &str| {
        let token = token.replace(',', "");
        let token = token.trim_matches('.');
        if token.contains('.') { token.trim_end_matches('0').trim_end_matches('.').to_owned() } else { token.to_owned() }
    };
    tokens.map(plain).filter(|token| !token.is_empty()).collect()
}

/// The dollars that a page tells, those with cents: whole ones may be rules.
fn amounts(pages: &BTreeMap<String, String>) -> BTreeSet<String> {
    let told = pages.values().flat_map(|text| text.split('$').skip(1)).flat_map(|text| {
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',').unwrap_or(text.len());
        numbers(&text[..end])
    });
    told.filter(|number| number.contains('.') && number.len() > "99.99".len()).collect()
}

/// Words of a text as they stand in tables and files.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || "-_/.".contains(letter));
    text.match_indices(word).any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}

#[test]
fn who_may_not_see_money_finds_none_of_it_in_what_was_imported() {
    let cast = Cast::new();
    let doors = ["/imports", "/imports/rows?place=consumption.csv:2"];
    let amounts = amounts(&walk_from(&cast, "operator.program-manager", &doors));
    assert!(amounts.len() > 3, "the program manager sees money: {amounts:?}");
    let mut troubles: Vec<String> = Vec::new();
    for user in ["operator.reviewer", "operator.support"] {
        let mut read = walk_from(&cast, user, &doors);
        for command in [&["ledger", "list"][..], &["ledger", "show"], &["ledger", "trace", "consumption.csv:2"], &["period", "list"]] {
            for form in ["table", "json"] {
                read.insert(format!("{} -o {form}", command.join(" ")), cast.run(user, &[command, &["-o", form]].concat()).to_string());
            }
        }
        let says_so = read.iter().filter(|(address, text)| address.starts_with("/imports") && text.contains("idden: ask")).count();
        assert!(says_so > 3, "{user} is told {says_so} times whom to ask");
        for (address, text) in read {
            if let Some(money) = numbers(&text).intersection(&amounts).next() {
                troubles.push(format!("{user} reads {money} at {address}"));
            }
        }
    }
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

/// Somebody of the partner who is called by a mail address, and who writes a comment on the claim.
fn comment_by_olga(cast: &Cast) {
    let olga =
        json!({ "user_id": OLGA, "name": "Olga", "organisation": { "partner": "900010" }, "roles": ["account-admin"], "active": true });
    assert!(cast.call(Some(FIRST), "PUT", &format!("/api/v1/users/{OLGA}"), &olga.to_string()).status < 300);
    let new = json!({ "user_id": OLGA, "purpose": "test", "expires_on": "2999-01-01" }).to_string();
    let issued: Value = serde_json::from_str(&cast.call(Some(FIRST), "POST", "/api/v1/tokens", &new).body).unwrap();
    let path = cast.filled("/claims/{claim_id}/comments");
    let said = cast.server.ask(issued["token"].as_str().unwrap(), "POST", &path, &[], &json!({ "text": "done" }).to_string());
    assert!(said.status < 300, "{}", said.body);
}

const OLGA: &str = "olga@northwind.example";

#[test]
fn who_may_not_see_money_or_people_finds_none_on_any_page_download_or_answer() {
    let cast = Cast::new();
    comment_by_olga(&cast);
    let claim = cast.parts["claim"].clone();
    let amounts = amounts(&walk(&cast, "partner.account-admin"));
    assert!(amounts.len() > 50, "the admin sees money: {amounts:?}");
    let mut troubles: Vec<String> = Vec::new();
    for user in ["partner.incentive-user", "partner.report-viewer"] {
        let pages = walk(&cast, user);
        assert!(pages.len() > 80, "{user} sees {} pages", pages.len());
        let says_so = pages.values().filter(|text| text.contains("idden: ask an account admin, incentive admin or executive")).count();
        assert!(says_so > 10, "{user} is told {says_so} times whom to ask");
        for (address, text) in pages.into_iter().chain(answers(&cast, user)) {
            if let Some(money) = numbers(&text).intersection(&amounts).next() {
                troubles.push(format!("{user} reads {money} at {address}"));
            }
            let people = ["link of p-ana", "carla", "ana@northwind.example", "ana", "e1", "e2", OLGA];
            if let Some(name) = people.iter().find(|name| user.ends_with("report-viewer") && has_word(&text, name)) {
                troubles.push(format!("{user} reads of {name} at {address}"));
            }
        }
    }
    for (user, is_told) in [("partner.incentive-user", true), ("partner.report-viewer", false)] {
        let ran = cast.run(user, &["claim", "show", &claim]);
        assert_eq!((ran.exit, ran.stdout.contains(OLGA), ran.stdout.contains("carla")), (Some(0), is_told, is_told), "{}", ran.stdout);
    }
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}
