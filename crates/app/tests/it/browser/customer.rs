//! A customer's journeys, with scripts off: reading what a partner would see, accepting, declining, revoking.

use crate::commands::claims::{DRAFT, id_in, town};
use crate::commands::customer_pages::asked;

use super::{Pages, browser};

/// A page that would change its heading by a script.
const SCRIPTED: &str = "data:text/html,<h1>as sent</h1><script>document.querySelector('h1').textContent='changed'</script>";

#[test]
fn consent_is_read_given_refused_and_revoked_without_scripts() {
    let Some(browser) = browser() else { return };
    let scene = town();
    let accepted = asked(&scene);
    let second = DRAFT.map(|word| match word {
        "osu-m365" => "usage-association",
        "teams" => "outlook-mobile",
        other => other,
    });
    let drafted = scene.run(&[&["claim", "new"][..], &second, &["--as", "fay", "-o", "table"]].concat()).to_string();
    let declined = id_in(&drafted, "claim-");
    assert_eq!(scene.run(&["claim", "submit", &declined, "--as", "fay"]).exit, Some(0));

    browser.without_scripts();
    browser.open(SCRIPTED);
    assert_eq!(browser.text("h1"), "as sent", "scripts are off");
    let pages = Pages::as_user(&scene, "gus");
    let open = |path: &str| browser.open(&format!("http://{}{path}", pages.address));
    let reads = |words: &str| {
        let text = browser.text("main");
        assert!(text.contains(words), "`{words}` is not in: {text}");
    };
    for width in [390, 1280] {
        browser.look(width, "light");
        for (path, words) in [
            ("/customer", "Requests for consent"),
            ("/customer/partners", "Northwind Consulting"),
            ("/customer/subscriptions", "s-alpine"),
            ("/customer/subscriptions/s-alpine?partner=100300", "What it will see"),
            ("/customer/history", "Consent asked for by a claim"),
            ("/actions", "accept or decline"),
        ] {
            open(path);
            reads(words);
        }
    }
    browser.look(390, "light");
    open("/customer");
    browser.follow(&format!("a[href$='{accepted}']"));
    for words in ["What they see while it holds", "Exactly these columns", "It gives them no access", "If you say nothing until"] {
        reads(words);
    }
    browser.follow("form[action$='/accept'] button");
    reads("accepted");
    browser.follow(&format!("a[href$='{declined}']"));
    browser.write("form[action$='/decline'] input[name=reason]", "we do not know them");
    browser.follow("form[action$='/decline'] button");
    reads("declined");
    open(&format!("/customer/requests/{declined}"));
    reads("the partner sees nothing by it");

    open("/customer/partners");
    browser.follow("a[href$='claims/c1/revoke']");
    reads("Why");
    browser.follow("form.ask button");
    reads("It is over: from today the partner sees nothing");
    open("/customer/history");
    for words in ["Claim accepted by the customer", "Claim rejected for good", "Claim revoked by the customer"] {
        reads(words);
    }
}
