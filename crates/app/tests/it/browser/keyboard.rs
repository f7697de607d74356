//! Somebody without a mouse: the tabulator, enter, the space bar and letters, and every stop shows where it is.

use serde_json::{Value, json};

use crate::pages::webdriver::Browser;

/// The tabulator key, as WebDriver writes it.
const TAB: char = '\u{E004}';
/// The enter key.
const ENTER: char = '\u{E007}';
/// The space bar.
const SPACE: char = ' ';

/// How many stops one way on a page may take.
const STOPS_MAX: usize = 250;

/// What has the focus: what it is called, whether it shows that it has it, and whether nothing lies over it.
const FOCUSED: &str = "const one = document.activeElement;
    const style = getComputedStyle(one);
    const place = [...one.getClientRects()].find((part) => part.width > 0) ?? one.getBoundingClientRect();
    const over = document.elementFromPoint(Math.min(place.left + place.width / 2, innerWidth - 1), Math.min(Math.max(place.top + 4, 0), innerHeight - 1));
    const isSeen = place.width > 0 && place.bottom > 0 && place.top < innerHeight && over !== null
        && (one.contains(over) || over.contains(one) || [...(one.labels ?? [])].some((label) => label.contains(over)));
    const name = one.getAttribute('aria-label') ?? (one.labels?.length ? one.labels[0].textContent : one.textContent);
    const isMarked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return [one.tagName === 'BODY' ? '' : name.replace(/\\s+/g, ' ').trim().slice(0, 120), isMarked, isSeen]";

/// Hands at the keyboard of a browser.
pub struct Keyboard<'a> {
    pub browser: &'a Browser,
    /// Where the pages are: host and port.
    pub address: String,
}

impl Keyboard<'_> {
    /// Types an address of the pages.
    pub fn open(&self, path: &str) {
        self.browser.open(&format!("http://{}{path}", self.address));
    }

    /// Goes on with the tabulator until what has the focus is called so, or begins with it.
    pub fn reach(&self, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..STOPS_MAX {
            self.browser.press(TAB);
            let focused = self.browser.find(FOCUSED);
            let own = focused[0].as_str().unwrap().to_owned();
            if own.is_empty() && passed.iter().any(|name: &String| !name.is_empty()) {
                break;
            }
            let is_well = focused[1] == json!(true) && focused[2] == json!(true);
            assert!(
                is_well || own.is_empty(),
                "whoever comes to `{own}` by keyboard does not see where they are (marked, seen): {focused}"
            );
            if own.starts_with(name) {
                return;
            }
            passed.push(own);
        }
        panic!("the keyboard comes to nothing called `{name}` on {}, but to {passed:?}", self.heading());
    }

    /// Goes past the frame by the page's first stop.
    pub fn skip(&self) {
        self.reach("Skip to the content");
        self.browser.press(ENTER);
        self.browser.becomes("return document.activeElement.id", &json!("main"));
    }

    /// Goes to a field and types; what stood in a line is replaced.
    pub fn fill(&self, field: &str, text: &str) {
        self.reach(field);
        self.browser.type_in(text);
    }

    /// Chooses a file in a field; what comes up for it is the system's own, not the page's.
    pub fn choose(&self, field: &str, file: &std::path::Path) {
        self.reach(field);
        self.browser.choose("input[type=file]:focus", file);
    }

    /// Goes to a box and ticks it.
    pub fn tick(&self, field: &str) {
        self.reach(field);
        let is_ticked = "return document.activeElement.checked";
        let before = self.browser.find(is_ticked) == json!(true);
        self.browser.press(SPACE);
        self.browser.becomes(is_ticked, &json!(!before));
    }

    /// Goes to what can be opened, and opens it.
    pub fn open_details(&self, name: &str) {
        self.reach(name);
        self.browser.press(ENTER);
        self.browser.becomes("return document.activeElement.parentElement.open", &json!(true));
    }

    /// Presses enter, and waits for the page that it leads to.
    pub fn enter(&self) {
        self.browser.leave(|| self.browser.press(ENTER));
    }

    /// Goes to a link or button, and to the page that it leads to.
    pub fn follow(&self, name: &str) {
        self.reach(name);
        self.enter();
    }

    /// The page as it stands now looks and is built well, wide and narrow, light and dark.
    pub fn is_well(&self) {
        super::is_well(self.browser, &self.heading());
    }

    /// The page's heading.
    pub fn heading(&self) -> String {
        self.browser.text("h1")
    }

    /// Whether the page says so, in its main part.
    pub fn reads(&self, words: &str) {
        let text = self.browser.text("main");
        assert!(text.contains(words), "`{words}` is not in: {text}");
    }

    /// What a field holds that nobody sees.
    pub fn hidden(&self, name: &str) -> Value {
        self.browser.find(&format!("return document.querySelector('input[name={name}]').value"))
    }
}
