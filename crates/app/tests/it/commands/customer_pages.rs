//! The pages of customers, as their global admin, others of theirs and strangers see them.

use super::claims::{DRAFT, id_in, town};
use super::imports::Served;
use super::scene::{Scene, masked};
use crate::pages::http::Answer;

/// What people read of a page: its main part without tags, a line for each piece.
pub fn read(answer: &Answer) -> String {
    let main = answer.body.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or(&answer.body);
    let mut text = String::new();
    for piece in main.split('<').skip(1) {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        if tag.starts_with("input") && !tag.contains("hidden") {
            text.push_str("[…] ");
        }
        if ["p", "h1", "h2", "h3", "h4", "li", "tr", "div", "dl", "form", "table"]
            .iter()
            .any(|block| tag == *block || tag.starts_with(&format!("{block} ")))
        {
            text.push('\n');
        }
        text.push_str(words.trim_start_matches('\n'));
        if tag.starts_with("/t") || tag.starts_with("/d") || tag.starts_with("/label") {
            text.push_str("  ");
        }
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join("\n").replace("&#39;", "'").replace("&#38;", "&");
    let text = masked(&masked(&text, "0000-00-00 00:00 UTC", "INSTANT"), "0000-00-00", "DAY");
    // a story cuts what changed, sometimes in the middle of a day
    (3..10).rev().fold(text, |text, letters| masked(&text, &format!("{}…", &"0000-00-00"[..letters]), "DAY"))
}

/// A claim on Yammer that fay has handed in.
pub fn asked(scene: &Scene) -> String {
    let draft: Vec<&str> = DRAFT
        .iter()
        .map(|word| {
            if *word == "osu-m365" {
                "usage-association"
            } else if *word == "teams" {
                "yammer"
            } else {
                word
            }
        })
        .collect();
    let drafted = scene.run(&[&["claim", "new"], draft.as_slice(), &["--as", "fay", "-o", "table"]].concat());
    let id = id_in(&drafted.to_string(), "claim-");
    assert_eq!(scene.run(&["claim", "submit", &id, "--as", "fay"]).exit, Some(0));
    id
}

fn user(scene: &Scene, user: &str, tenant: &str, role: &str) {
    let ran = scene.run(&["user", "add", user, "--customer", tenant, "--role", role, "--as", "max"]);
    assert_eq!(ran.exit, Some(0), "{ran}");
}

#[test]
fn a_customer_reads_what_a_partner_would_see_and_accepts_once() {
    let scene = town();
    let id = asked(&scene);
    user(&scene, "ida", "t-alpine", "reader");
    user(&scene, "wes", "t-woodgrove", "global-admin");
    let at = format!("/customer/requests/{id}");
    let gus = Served::new(&scene, &["--as", "gus"]);
    assert_eq!((gus.get("/").status, gus.get("/").header("location")), (303, "/customer"));
    let mut told = vec![read(&gus.get("/customer")), read(&gus.get(&at))];
    let accepted = gus.send(&format!("{at}/accept"), "");
    assert_eq!((accepted.status, accepted.header("location")), (303, "/customer?done=accepted"));
    told.push(read(&gus.get("/customer?done=accepted")));
    let again = gus.send(&format!("{at}/accept"), "");
    assert_eq!(again.status, 422);
    told.push(read(&again));

    let ida = Served::new(&scene, &["--as", "ida"]);
    let refused = ida.send(&format!("{at}/decline"), "reason=not+mine+to+say");
    assert!(refused.status == 422 && refused.body.contains("value=\"not mine to say\""), "{}", refused.body);
    told.push(read(&refused));
    let declined = gus.send(&format!("{at}/decline"), "reason=too+early");
    assert_eq!((declined.status, declined.header("location")), (303, "/customer?done=declined"));
    told.push(read(&gus.get(&at)));
    insta::assert_snapshot!(told.join("\n\n"));

    // what is another's is not there
    let wes = Served::new(&scene, &["--as", "wes"]);
    assert_eq!(
        [wes.get(&at), wes.send(&format!("{at}/accept"), ""), wes.get("/customer/subscriptions/s-alpine")].map(|answer| answer.status),
        [404; 3]
    );
    let fay = Served::new(&scene, &["--as", "fay"]);
    let places = ["/customer", "/customer/partners", "/customer/subscriptions", "/customer/history", at.as_str(), "/operator"];
    assert_eq!(places.map(|place| fay.get(place).status), [404; 6]);
}

#[test]
fn a_customer_sees_who_is_tied_and_ends_it_after_one_question() {
    let scene = town();
    let gus = Served::new(&scene, &["--as", "gus"]);
    let link = "/customer/partners/links/p-ana";
    let mut told = vec![read(&gus.get("/customer/partners")), read(&gus.get(&format!("{link}/revoke")))];
    let without = gus.send(&format!("{link}/revoke"), "reason=");
    assert_eq!(without.status, 422);
    told.push(read(&without));
    let revoked = gus.send(&format!("{link}/revoke"), "reason=she+left");
    assert_eq!((revoked.status, revoked.header("location")), (303, "/customer/partners?done=link-revoked"));
    told.push(read(&gus.get("/customer/partners/claims/c1/revoke")));
    assert_eq!(gus.send("/customer/partners/claims/c1/revoke", "").status, 303);
    told.push(read(&gus.get("/customer/partners?done=revoked")));
    assert_eq!(gus.send(&format!("{link}/allow"), "").status, 303);
    assert_eq!(gus.send(&format!("{link}/allow"), "").status, 422);
    assert_eq!(["links/p-nobody/revoke", "claims/c9/revoke"].map(|place| gus.get(&format!("/customer/partners/{place}")).status), [404; 2]);
    told.push(read(&gus.get("/customer/history")));
    insta::assert_snapshot!(told.join("\n\n"));
    let file = gus.get("/customer/history?download=csv").body;
    assert!(file.starts_with("recorded_at,what,about") && file.contains("Admin link revoked"), "{file}");
}

#[test]
fn a_customer_names_changes_and_removes_partners_of_record() {
    let scene = town();
    user(&scene, "tom", "t-tailspin", "global-admin");
    let asked = scene.run(&["dpor", "request", "s-alpine", "--partner", "100300", "--as", "fay", "-o", "table"]);
    let link = asked.stdout.split("http://127.0.0.1:7070").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap().to_owned();
    let gus = Served::new(&scene, &["--as", "gus"]);
    let at = "/customer/subscriptions/s-alpine";
    let mut told = vec![read(&gus.get("/customer/subscriptions")), read(&gus.get(&format!("{at}?partner=900010"))), read(&gus.get(&link))];
    assert!(read(&gus.get("/customer")).contains("Look at s-alpine"));
    let saved = gus.send(&format!("{at}/save"), "partner=100300");
    assert_eq!((saved.status, saved.header("location")), (303, "/customer/subscriptions/s-alpine?done=changed"));
    assert_eq!(gus.send(&format!("{at}/save"), "partner=77").status, 422);
    told.push(read(&gus.get(&format!("{at}?done=changed"))));
    told.push(read(&gus.get(&format!("{at}/remove"))));
    assert_eq!(gus.send(&format!("{at}/remove"), "reason=").header("location"), "/customer/subscriptions/s-alpine?done=removed");
    assert_eq!(gus.send(&format!("{at}/remove"), "reason=").status, 422);

    let preview = gus.get("/customer/designate?partner=100204&product=&status=&without=yes");
    told.push(read(&preview));
    assert!(!read(&gus.get("/customer/subscriptions")).contains("Northwind"), "a look changes nothing");
    told.push(read(&gus.send("/customer/designate", "partner=100204&product=&status=&without=yes")));
    told.push(read(&gus.get("/customer/designate?partner=900020")));
    let tom = Served::new(&scene, &["--as", "tom"]);
    told.push(read(&tom.get("/customer/subscriptions/s-tailspin")));
    insta::assert_snapshot!(told.join("\n\n"));
}
