//! An analyst's journey: ask in SQL by keyboard, make a mistake and mend it, take the answer along.

use crate::commands::claims::town;

use super::{Pages, browser};

/// Marks all that stands in a field, as the keyboard does by Ctrl and A.
const MARK_ALL: &str = "document.activeElement.select()";

#[test]
fn an_analyst_asks_by_keyboard_mends_a_mistake_and_takes_the_answer_along() {
    let Some(browser) = browser() else { return };
    let scene = town();
    let pages = Pages::as_user(&scene, "max");
    let keys = pages.keyboard(&browser);
    keys.open("/operator");
    keys.follow("Ask with SQL");
    keys.reads("22 tables to ask in SQL");
    keys.is_well();

    keys.skip();
    keys.fill("Query", "select kind, partner, count(*) as n from associations group by 1, 2 order by 1, 2");
    keys.follow("Ask");
    assert_eq!(keys.heading(), "There is no answer to this query");
    keys.reads("There is no column partner: did you mean partner_id?");
    keys.is_well();

    keys.skip();
    keys.reach("Query");
    browser.find(MARK_ALL);
    browser.type_in("select kind, partner_id, count(*) as n from associations group by 1, 2 order by 1, 2");
    keys.follow("Ask");
    assert!(keys.heading().starts_with("4 rows, in "), "{}", keys.heading());
    keys.reads("100300");
    keys.is_well();
    let kept = browser.find("return document.getElementById('query').value");
    assert_eq!(kept, "select kind, partner_id, count(*) as n from associations group by 1, 2 order by 1, 2");
    let file = browser.find("return document.querySelector(\".downloads a[href*='download=csv']\").getAttribute('href')");
    let file = crate::pages::http::ask(pages.address.parse().unwrap(), "GET", file.as_str().unwrap(), &[], "");
    assert_eq!(file.body.lines().next(), Some("kind,partner_id,n"));
    assert_eq!(file.body.lines().count(), 5, "{}", file.body);

    keys.skip();
    keys.open_details("associations");
    keys.is_well();
    keys.open("/sql");
    keys.skip();
    keys.follow("Partners that lack ten points or fewer");
    keys.reads("in 0.");
    browser.without_scripts();
    keys.open("/sql?query=select+count(*)+as+n+from+consumption");
    assert!(keys.heading().starts_with("1 row, in "), "{}", keys.heading());
}

#[test]
fn a_partner_and_a_customer_see_what_is_hidden_from_them_and_whom_to_ask() {
    let Some(browser) = browser() else { return };
    let scene = town();
    for (user, table, cure) in
        [("fay", "principals", "Ask a user of the operator"), ("gus", "credits", "Ask an auditor or program manager of the operator")]
    {
        let pages = Pages::as_user(&scene, user);
        let keys = pages.keyboard(&browser);
        keys.open("/sql");
        keys.reads("Hidden from your role");
        keys.is_well();
        keys.skip();
        keys.fill("Query", &format!("select * from {table}"));
        keys.follow("Ask");
        keys.reads(cure);
        keys.is_well();
    }
}
