//! A partner's journeys: a claim by keyboard, more information and a dispute, a customer asked, the team.

use crate::commands::claims::town;
use crate::commands::customer_pages::asked;
use crate::commands::scene::Scene;

use super::keyboard::Keyboard;
use super::{Pages, browser};

fn done(scene: &Scene, line: &str) {
    let ran = scene.run(&line.split(' ').collect::<Vec<_>>());
    assert_eq!(ran.exit, Some(0), "{line}: {ran}");
}

/// A day as hands type it into a field for days.
fn typed(day: &str) -> String {
    format!("{}{}{}", &day[5..7], &day[8..10], &day[..4])
}

/// Chooses an activity, drafts, is told what lacks, adds proof and hands in, by keyboard at a width.
fn claims(width: u32) {
    let Some(browser) = browser() else { return };
    let scene = town();
    let pages = Pages::as_user(&scene, "fay");
    let keys = pages.keyboard(&browser);
    browser.look(width, "light");
    keys.open("/");
    keys.follow("Claims");
    keys.skip();
    keys.follow("New claim");
    keys.skip();
    keys.fill("The customer's tenant ID", "t-alpine");
    keys.fill("The workload or product", "Teams");
    keys.follow("Show what fits");
    keys.skip();
    keys.follow("Draft this claim: Online Services Usage, Microsoft 365");
    keys.skip();
    keys.fill("A domain of the customer", "alpin.example");
    keys.fill("The customer's contact: name", "Carla Low");
    keys.follow("Hand in");
    keys.reads("things are missing");
    keys.reads("alpin.example is not one");
    keys.is_well();
    browser.look(width, "light");

    keys.skip();
    keys.choose("A file of any type", &scene.folder.path().join("statement.txt"));
    keys.fill("The day that the proof itself is dated", &typed(&scene.today()));
    for item in [
        "The customer's signature",
        "What the partner did",
        "The customer's tenant ID or name",
        "Usage before and after",
        "The workload by name",
    ] {
        keys.tick(item);
    }
    keys.follow("Add the proof");
    keys.reads("statement.txt");
    keys.skip();
    keys.fill("A domain of the customer", "alpine.example");
    keys.fill("The customer's contact: mail", "carla@alpine.example");
    keys.fill("Your contact: name", "Fay Ott");
    keys.fill("Your contact: mail", "fay@fabrikam.example");
    keys.follow("Hand in");
    keys.reads("What to do next: Nothing");
    keys.reads("Claim submitted");
    keys.is_well();
}

#[test]
fn a_claim_is_filed_by_keyboard_on_a_desktop() {
    claims(1280);
}

#[test]
fn a_claim_is_filed_by_keyboard_on_a_phone() {
    claims(390);
}

#[test]
fn a_partner_answers_by_keyboard_and_disputes_once() {
    let Some(browser) = browser() else { return };
    let scene = town();
    let id = asked(&scene);
    done(&scene, &format!("claim review {id} --as ann"));
    done(&scene, &format!("claim request-info {id} --reason dates-missing-or-old --as ann"));
    let pages = Pages::as_user(&scene, "fay");
    let keys = pages.keyboard(&browser);
    keys.open("/");
    keys.follow("What waits");
    keys.is_well();
    keys.skip();
    keys.follow("Reviewers ask for more");
    keys.reads("What to do next: Answer the reviewer");
    keys.is_well();
    keys.skip();
    keys.fill("Your answer", "the dates are on page 2");
    keys.follow("Send the answer");
    keys.reads("the dates are on page 2");

    for reviewer in ["ann", "ben"] {
        done(&scene, &format!("claim vote {id} reject --reason proof-insufficient --as {reviewer}"));
    }
    keys.open(&format!("/partners/900020/claims/{id}"));
    keys.reads("You may dispute it, once until");
    keys.skip();
    keys.fill("Why the rejection is wrong", "page 2 shows all of it");
    keys.follow("Dispute the rejection");
    keys.reads("page 2 shows all of it");
    keys.is_well();
    for reviewer in ["ann", "ben"] {
        done(&scene, &format!("claim vote {id} reject --reason proof-insufficient --as {reviewer}"));
    }
    keys.open(&format!("/partners/900020/claims/{id}"));
    assert!(
        !browser.has("textarea[name=text]:not(details *)") || !browser.text("main").contains("Why the rejection is wrong"),
        "it is disputed once"
    );
    keys.is_well();
}

#[test]
fn a_customer_is_asked_and_names_changes_and_removes_the_partner_of_record() {
    let Some(browser) = browser() else { return };
    let scene = town();
    done(&scene, "user add fox --partner 900020 --role account-admin --as max");
    let [fox, gus] = ["fox", "gus"].map(|user| Pages::as_user(&scene, user));
    let keys = fox.keyboard(&browser);
    keys.open("/partners/900020/record");
    keys.is_well();
    keys.skip();
    keys.fill("Subscriptions, all of one customer", "s-alpine");
    browser.click(".fill button[type=submit]");
    keys.is_well();
    let text = browser.find("return document.querySelector('#text').value");
    let link = text.as_str().unwrap().split_whitespace().find(|word| word.contains("/customer/subscriptions/")).unwrap().to_owned();

    let keys = gus.keyboard(&browser);
    keys.open(&link[link.find("/customer").unwrap()..]);
    keys.reads("What it will see");
    keys.reads("Fabrikam");
    keys.is_well();
    browser.click(".found button");
    keys.reads("Fabrikam");
    keys.skip();
    keys.fill("Partner ID", "77");
    keys.enter();
    assert!(browser.has(".complaint"), "a partner that nobody knows is told");
    keys.is_well();
    keys.skip();
    keys.fill("Partner ID", "100205");
    keys.enter();
    browser.click(".found button");
    keys.reads("Northwind West");
    keys.skip();
    keys.follow("Remove");
    keys.is_well();
    browser.click(".ask button");
    keys.reads("Name a partner of record");
    keys.is_well();
}

/// The operator is told what the enrolment still lacks, mends it, and verifies.
fn verifies(keys: &Keyboard) {
    keys.open("/operator/registers/enrolments");
    keys.is_well();
    keys.browser.click(".grid-table tbody th a");
    keys.is_well();
    keys.skip();
    keys.follow("Verify");
    keys.is_well();
    keys.browser.click(".ask button");
    keys.reads("The country of the location 100300 is not known.");
    keys.is_well();
    keys.open("/operator/registers/partners/100300");
    keys.skip();
    keys.follow("Change");
    keys.skip();
    keys.fill("Country", "US");
    keys.enter();
    keys.open("/operator/registers/enrolments/900020%2Findirect-reseller/verify");
    keys.browser.click(".ask button");
    keys.reads("verified");
}

#[test]
fn a_partner_enrols_and_invites_and_the_person_links_their_own_profile() {
    let Some(browser) = browser() else { return };
    let scene = town();
    done(&scene, "user add fox --partner 900020 --role account-admin --as max");
    done(&scene, "user add eve --partner 900020 --role incentive-user --person e9 --as max");
    let [fox, eve, max] = ["fox", "eve", "max"].map(|user| Pages::as_user(&scene, user));
    let button = |act: &str| format!("form:has([name=act][value='{act}']) button");
    let keys = fox.keyboard(&browser);
    keys.open("/partners/900020/resale");
    keys.skip();
    keys.follow("Indirect reseller");
    browser.click(&button("start"));
    keys.skip();
    keys.fill("The legal name", "Fabrikam");
    keys.fill("The country", "US");
    keys.fill("The D-U-N-S number", "12");
    keys.enter();
    keys.reads("no D-U-N-S number");
    keys.is_well();
    keys.skip();
    keys.fill("The D-U-N-S number", " ");
    keys.fill("Street and number", "12 HIGH STREET");
    keys.fill("Postal code and town", "seattle");
    keys.enter();
    keys.reads("In standard form your address is: 12 High Street, Seattle");
    browser.click(&button("accept"));
    keys.is_well();
    verifies(&max.keyboard(&browser));
    let keys = fox.keyboard(&browser);
    keys.open("/partners/900020/resale/indirect-reseller");
    browser.click(&button("agree"));
    keys.reads("you may sell from now on");

    let keys = fox.keyboard(&browser);
    keys.open("/partners/900020/people");
    keys.skip();
    keys.open_details("Invite");
    keys.fill("The person's ID", "e9");
    browser.click(&button("invite"));
    keys.reads("e9");
    let keys = eve.keyboard(&browser);
    keys.open("/me/profile");
    keys.reads("You are invited by");
    keys.is_well();
    keys.skip();
    keys.fill("The location's ID", "100300");
    browser.click(&button("link"));
    keys.reads("100300");
    browser.click(&button("unlink"));
    keys.is_well();

    let keys = fox.keyboard(&browser);
    keys.open("/partners/900020/links");
    keys.is_well();
    keys.open("/partners/900020/links/role?name=Contributr");
    keys.reads("Did you mean");
    keys.is_well();
}
