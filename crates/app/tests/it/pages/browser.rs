use serde_json::json;

use super::http::serve;
use super::program::MadeUp;
use super::rendered::PAGES;
use super::webdriver::Browser;

/// The tabulator key, as WebDriver writes it.
const TAB: char = '\u{E004}';
/// The enter key.
const ENTER: char = '\u{E007}';

/// Pages that only problems show.
const PROBLEMS: [&str; 2] = ["/partners/900011", "/?as_of=yesterday"];

#[test]
fn every_page_fits_reads_well_and_is_built_well_on_wide_and_narrow_screens_in_light_and_dark() {
    let Some(browser) = Browser::start() else { return };
    let served = serve(MadeUp { more: 150, named: 5 });
    let mut trouble = Vec::new();
    for (width, colours) in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")] {
        browser.look(width, colours);
        for path in PAGES.iter().map(|(_, path)| path).chain(&PROBLEMS) {
            browser.open(&format!("http://{}{path}", served.address));
            let wrong = browser.find(include_str!("look.js"));
            trouble
                .extend(wrong.as_array().unwrap().iter().map(|wrong| format!("{path} at {width}, {colours}: {}", wrong.as_str().unwrap())));
            let said = browser.said();
            // The status of a problem's own page is told by the console too.
            let own = said.iter().filter(|line| !PROBLEMS.contains(path) || line["source"] != "network");
            trouble.extend(own.map(|line| format!("{path}: the console says {}", line["message"])));
        }
    }
    assert!(trouble.is_empty(), "\n{}\n", trouble.join("\n"));
}

/// What axe finds on a page, the serious and the critical: each rule with the first place.
pub const AXE: &str = "const done = arguments[arguments.length - 1];
    const tell = (one) => `${one.impact}: ${one.id}: ${one.help}: ${one.nodes.slice(0, 2).map((node) => node.html.slice(0, 120)).join(' | ')}`;
    const serious = (one) => ['serious', 'critical'].includes(one.impact);
    axe.run(document).then((found) =>
        done(found.passes.length < 10 ? ['axe looked at next to nothing'] : found.violations.filter(serious).map(tell)))";

#[test]
fn axe_finds_nothing_serious_on_any_page_at_either_width_in_light_and_dark() {
    let Some(browser) = Browser::start() else { return };
    let Some(file) = std::env::var_os("AXE") else {
        println!("skipped: `AXE` names no axe.min.js; `cargo xtask test --only browser` fetches it");
        return;
    };
    browser.bring(&std::fs::read_to_string(file).unwrap());
    let served = serve(MadeUp { more: 20, named: 5 });
    let mut trouble = Vec::new();
    for (width, colours) in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")] {
        browser.look(width, colours);
        for path in PAGES.iter().map(|(_, path)| path).chain(&PROBLEMS) {
            browser.open(&format!("http://{}{path}", served.address));
            let found = browser.wait_for(AXE);
            trouble.extend(found.as_array().unwrap().iter().map(|one| format!("{path} at {width}, {colours}: {}", one.as_str().unwrap())));
        }
    }
    assert!(trouble.is_empty(), "\n{}\n", trouble.join("\n"));
}

#[test]
fn the_keyboard_reaches_everything_and_shows_where_it_is() {
    let Some(browser) = Browser::start() else { return };
    let served = serve(MadeUp { more: 0, named: 5 });
    browser.look(1280, "light");
    let here = "const one = document.activeElement; const style = getComputedStyle(one); const place = one.getBoundingClientRect();
        return [one.className, one.tagName, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, place.top > -1 && place.width > 0]";
    for path in ["/partners/900010/designations/modern-work", "/partners/900010/customers?segment=smb"] {
        browser.open(&format!("http://{}{path}", served.address));
        browser.step_in();
        assert_eq!(browser.find(here), json!(["skip", "A", true, true]), "the first stop is the way past the frame");
        let stops = browser.find("return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, [tabindex=\"0\"]')].filter((one) => one.checkVisibility()).length");
        for stop in 1..stops.as_u64().unwrap() {
            browser.press(TAB);
            let found = browser.find(here);
            assert_eq!((&found[2], &found[3]), (&json!(true), &json!(true)), "stop {stop}: {found}");
        }
    }
    browser.open(&format!("http://{}/partners/900010", served.address));
    browser.step_in();
    browser.press(ENTER);
    browser.becomes("return document.activeElement.id", &json!("main"));
}

#[test]
fn a_point_is_followed_down_to_its_rows_and_back() {
    let Some(browser) = Browser::start() else { return };
    let served = serve(MadeUp { more: 0, named: 5 });
    let heading = || browser.find("return document.querySelector('h1').textContent").as_str().unwrap().to_owned();
    for width in [1280, 390] {
        browser.look(width, "light");
        browser.open(&format!("http://{}/partners/900010", served.address));
        let home = heading();
        browser.click(".card a[href$='/designations/data-ai']");
        assert!(heading().contains("of 70 points"), "{}", heading());
        browser.click(".metric-card .why a");
        assert_eq!(heading(), "Net customer adds: 1 customer, 10.00 of 30 points");
        browser.click(".grid-table tbody th a");
        assert_eq!(heading(), "Customers in 2024-07: 201 customers");
        browser.click(".grid-table tbody th a");
        assert_eq!(heading(), "=Customer 0 counts");
        assert_eq!(
            browser.find("return document.querySelector('.grid-table tbody th').textContent"),
            json!("Key Vault, 1f0e2d3c, daily rows")
        );
        for (crumb, there) in [(4, "Customers in 2024-07"), (3, "Net customer adds"), (2, "of 70 points"), (1, home.as_str())] {
            let last = browser.find("return document.querySelectorAll('.crumbs a').length") == json!(0);
            let selector = if last { ".side a[href$='/900010']".to_owned() } else { format!(".crumbs li:nth-child({crumb}) a") };
            browser.click(&selector);
            assert!(heading().contains(there), "{} is not {there}", heading());
        }
    }
}

#[test]
fn a_chosen_theme_stays_against_the_system() {
    let Some(browser) = Browser::start() else { return };
    let served = serve(MadeUp { more: 0, named: 5 });
    browser.look(1280, "light");
    browser.open(&format!("http://{}/partners/900010", served.address));
    let ground = "return getComputedStyle(document.body.parentElement).colorScheme";
    assert_eq!(browser.find(ground), json!("light"));
    browser.click(".theme button[value=dark]");
    assert_eq!(browser.find(ground), json!("dark"));
    browser.open(&format!("http://{}/partners/900020", served.address));
    assert_eq!(browser.find(ground), json!("dark"));
}
