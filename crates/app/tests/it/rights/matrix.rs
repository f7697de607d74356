//! What everybody gets at every route, as a table to review, and what must hold in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::bodies::{body, form};
use super::cast::{Cast, SIDES, Side};
use super::routes::{self, Route};
use crate::pages::http::Answer;

/// What the letters of the table mean.
const LEGEND: &str = "\
y  answered, or done          .  there is no such thing (404)
n  not for this role (403)    s  sign in first (303, 401)
?  let in, and then refused for what was sent: nothing (400, 409, 412, 415, 422)

The letters stand for people in the order of their roles.
  partner: account admin, incentive admin, incentive user, report viewer, executive report viewer
  customer: Global admin, service admin, co-admin, reader
  operator: reviewer, support, auditor, program manager
  other-location, other-partner, other-customer: somebody who has all of these roles there
Addresses that ask nobody to sign in are asked by nobody alone.
Everything in the addresses is of the account 900010, its location 100204, and the customer t-alpine.
";

fn letter(answer: &Answer) -> char {
    match answer.status {
        303 if answer.header("location").starts_with("/sign-in") => 's',
        200..=399 => 'y',
        401 => 's',
        403 => 'n',
        404 => '.',
        400 | 409 | 412 | 413 | 415 | 422 | 428 => '?',
        _ => '!',
    }
}

/// The addresses that ask nobody to sign in.
const OPEN: [&str; 4] = ["/static/", "/sign-in", "/welcome/", "/theme"];

/// Acts that end something come after all others, and after them those on sessions.
const ENDING: [&str; 14] = [
    "/withdraw",
    "/close",
    "/merge",
    "/end",
    "/succeed",
    "/revoke",
    "/decline",
    "/remove",
    "/undo",
    "/partners/{partner}/claims/{claim}",
    "/account/sessions",
    "/account/password",
    "/account/codes",
    "/account/codes/off",
];

/// The addresses at which everybody may find out whose an ID is.
const FINDING: [&str; 2] = ["/api/v1/resolve/{id}", "/api/v1/partner-ids/{partner_id}"];

/// What only those who have to do with the partner or the customer may read.
fn marks(cast: &Cast, side: &Side) -> Vec<String> {
    let own = |part: &str| cast.parts[part].clone();
    let of_location = [own("claim"), own("request"), "carla".to_owned()];
    match side.name {
        "other-partner" => of_location.into_iter().chain(["900010", "Northwind", "t-alpine", "Alpine"].map(str::to_owned)).collect(),
        "other-customer" => of_location.into_iter().chain(["t-alpine", "Alpine Ski House", "s-alpine"].map(str::to_owned)).collect(),
        "other-location" => of_location.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Asks as everybody for every route; those that change nothing come first.
fn table(cast: &Cast, routes: &[Route], ask: impl Fn(Option<&str>, &Route) -> Answer, troubles: &mut String) -> String {
    let shown: Vec<&Side> = ["partner", "other-location", "other-partner", "customer", "other-customer", "operator"]
        .iter()
        .map(|name| SIDES.iter().find(|side| side.name == *name).unwrap())
        .collect();
    let mut lines = vec![String::new(); routes.len()];
    let turn = |at: &usize| {
        let (method, path) = &routes[*at];
        (method != "GET", ENDING.iter().any(|ending| path.ends_with(ending)), path.starts_with("/account"))
    };
    let mut order: Vec<usize> = (0..routes.len()).collect();
    order.sort_by_key(turn);
    for at in order {
        let (method, path) = &routes[at];
        let nobody = letter(&ask(None, &routes[at]));
        if OPEN.iter().any(|open| path.starts_with(open)) {
            lines[at] = format!("{method:<6} {path:<70} {nobody}");
            continue;
        }
        if nobody != 's' {
            writeln!(troubles, "{method} {path} lets nobody in").unwrap();
        }
        let mut told = BTreeMap::new();
        for side in &SIDES {
            let marks = marks(cast, side);
            for (user, _) in side.users() {
                let answer = ask(Some(&user), &routes[at]);
                let letter = letter(&answer);
                let leak =
                    marks.iter().find(|mark| letter == 'y' && !FINDING.contains(&path.as_str()) && answer.body.contains(mark.as_str()));
                if let Some(mark) = leak {
                    writeln!(troubles, "{method} {path} tells {user} of {mark}").unwrap();
                }
                if letter == '!' {
                    writeln!(troubles, "{method} {path} is {} for {user}", answer.status).unwrap();
                }
                if method == "GET" && letter == 'y' && side.name == "other-partner" && path.contains("{partner}") {
                    writeln!(troubles, "{path} shows itself to {user}").unwrap();
                }
                told.entry(side.name).or_insert_with(String::new).push(letter);
            }
        }
        let letters = shown.iter().map(|side| format!("{:<14} ", told[side.name]));
        lines[at] = format!("{method:<6} {path:<70} {nobody}      {}", letters.collect::<String>()).trim_end().to_owned();
    }
    let heads = shown.iter().map(|side| format!("{:<14} ", side.name)).collect::<String>();
    format!("{:<77} nobody {}\n{}\n", "", heads.trim_end(), lines.join("\n"))
}

#[test]
fn everybody_gets_what_their_role_may_and_nobody_what_is_of_others() {
    let cast = Cast::new();
    let mut troubles = String::new();
    let pages =
        table(&cast, &routes::of_pages(), |user, (method, path)| cast.browse(user, method, &cast.filled(path), form(path)), &mut troubles);
    let api = table(
        &cast,
        &routes::of_api(),
        |user, (method, path)| cast.call(user, method, &cast.filled(path), &body(method, path)),
        &mut troubles,
    );
    insta::assert_snapshot!(format!("{LEGEND}\n{pages}\n{api}"));
    assert!(troubles.is_empty(), "{troubles}");
}
