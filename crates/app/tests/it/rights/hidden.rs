//! What roles do not see: somebody who may not see money or people walks over every page, download and answer, and finds none.

use std::collections::{BTreeMap, BTreeSet};

use super::cast::Cast;
use super::routes;

/// How many addresses a walk has at most.
const ADDRESSES_MAX: usize = 600;

/// Where a walk begins.
const DOORS: [&str; 5] = ["/partners/900010", "/actions", "/account", "/me/profile", "/imports"];

/// Downloads that can be read as text; the others are written from the same cells.
const READ: [&str; 2] = ["download=csv", "download=json"];

/// Every page and file of the partner that can be reached by links, with what is in it. Orders of the same rows are left out.
pub fn walk(cast: &Cast, user: &str) -> BTreeMap<String, String> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Vec<String> = DOORS.map(str::to_owned).to_vec();
    while let Some(address) = open.pop() {
        if seen.len() >= ADDRESSES_MAX || seen.contains_key(&address) {
            continue;
        }
        let answer = cast.browse(Some(user), "GET", &address, "");
        let is_page = answer.header("content-type").starts_with("text/html");
        for href in answer.body.split("href=\"").skip(1).filter(|_| is_page) {
            let href = href.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
            let href = href.split('#').next().unwrap().to_owned();
            let is_near = DOORS.iter().any(|door| href.starts_with(door)) && !href.contains("sort=") && !href.contains("as_of=");
            let is_read = !href.contains("download=") || READ.iter().any(|form| href.contains(form));
            if is_near && is_read {
                open.push(href);
            }
        }
        seen.insert(address, answer.body);
    }
    seen
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
    let whole = walk(&cast, "operator.program-manager").into_iter().filter(|(address, _)| address.starts_with("/imports"));
    let amounts = amounts(&whole.collect());
    assert!(amounts.len() > 3, "the program manager sees money: {amounts:?}");
    let mut troubles: Vec<String> = Vec::new();
    for user in ["operator.reviewer", "operator.support"] {
        let mut read = walk(&cast, user);
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

#[test]
fn who_may_not_see_money_or_people_finds_none_on_any_page_download_or_answer() {
    let cast = Cast::new();
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
            let people = ["link of p-ana", "carla", "ana@northwind.example", "ana", "e1", "e2"];
            if let Some(name) = people.iter().find(|name| user.ends_with("report-viewer") && has_word(&text, name)) {
                troubles.push(format!("{user} reads of {name} at {address}"));
            }
        }
    }
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}
