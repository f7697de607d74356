use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::http::ask;

const CHROMIUM: &str = "/usr/bin/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";

/// A headless browser, driven over the WebDriver protocol; it ends when dropped.
pub struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser; none, with a word on standard output, where there is no Chromium.
    pub fn start() -> Option<Self> {
        if !Path::new(CHROMIUM).exists() || !Path::new(DRIVER).exists() {
            println!("skipped: chromium not found; apt-get install chromium chromium-driver");
            return None;
        }
        let mut driver = Command::new(DRIVER).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok());
        let address = SocketAddr::from(([127, 0, 0, 1], port.expect("the driver tells its port")));
        let profile = tempfile::tempdir().unwrap();
        let folder = format!("--user-data-dir={}", profile.path().display());
        let quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"];
        let mut args = vec!["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", folder.as_str()];
        args.extend(quiet);
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": CHROMIUM, "args": args},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let mut browser = Self { driver, address, session: String::new(), _profile: profile };
        let session = browser.call("POST", "/session", &wanted);
        browser.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        Some(browser)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.attempt(method, path, body).unwrap_or_else(|refused| panic!("{path}: {refused}"))
    }

    /// What the driver answers, or what it says is wrong.
    fn attempt(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let answer = ask(self.address, method, path, &[("Content-Type", "application/json")], &body);
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        if answer.status == 200 { Ok(value["value"].clone()) } else { Err(value["value"]["message"].clone()) }
    }

    fn devtools(&self, command: &str, params: &Value) {
        self.call("POST", &format!("{}/goog/cdp/execute", self.session), &json!({"cmd": command, "params": params}));
    }

    /// Shows pages at a width, in the system's colours `light` or `dark`, to somebody who wants nothing to move or fade.
    pub fn look(&self, width: u32, colours: &str) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
        let still = json!({"name": "prefers-reduced-motion", "value": "reduce"});
        self.devtools("Emulation.setEmulatedMedia", &json!({"features": [{"name": "prefers-color-scheme", "value": colours}, still]}));
    }

    /// Opens a page.
    pub fn open(&self, address: &str) {
        self.call("POST", &format!("{}/url", self.session), &json!({"url": address}));
    }

    /// The address of the page.
    pub fn address(&self) -> String {
        self.call("GET", &format!("{}/url", self.session), &json!({})).as_str().unwrap().to_owned()
    }

    /// Whether a CSS selector finds anything.
    pub fn has(&self, selector: &str) -> bool {
        let body = json!({"using": "css selector", "value": selector});
        self.call("POST", &format!("{}/elements", self.session), &body).as_array().is_some_and(|found| !found.is_empty())
    }

    /// Lets no page run a script from now on.
    pub fn without_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    }

    /// What a script finds on the page.
    pub fn find(&self, script: &str) -> Value {
        self.call("POST", &format!("{}/execute/sync", self.session), &json!({"script": script, "args": []}))
    }

    /// What a CSS selector finds first.
    fn element(&self, selector: &str) -> String {
        let found = self.call("POST", &format!("{}/element", self.session), &json!({"using": "css selector", "value": selector}));
        let id = found.as_object().unwrap().values().next().unwrap().as_str().unwrap();
        format!("{}/element/{id}", self.session)
    }

    /// The text that people see of what a CSS selector finds first, in one line; no script of the page is needed.
    pub fn text(&self, selector: &str) -> String {
        let text = self.call("GET", &format!("{}/text", self.element(selector)), &json!({}));
        text.as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Clicks on what a CSS selector finds, and waits for the page that it leads to.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.leave(|| {
            self.call("POST", &format!("{element}/click"), &json!({}));
        });
    }

    /// Clicks on what a CSS selector finds, and waits until the page it stood on is gone. No script of the page is needed.
    pub fn follow(&self, selector: &str) {
        let element = self.element(selector);
        self.call("POST", &format!("{element}/click"), &json!({}));
        let is_gone = || self.attempt("GET", &format!("{element}/name"), &json!({})).is_err();
        assert!((0..5_000).any(|_| is_gone()), "no other page came");
    }

    /// Does what leads to another page, and waits for that.
    pub fn leave(&self, act: impl FnOnce()) {
        self.find("window.left = true");
        act();
        let has_come = || self.find("return !window.left && document.readyState === 'complete'") == json!(true);
        assert!((0..2_000).any(|_| has_come()), "no other page came");
    }

    /// Chooses a file in the field that a CSS selector finds.
    pub fn choose(&self, selector: &str, file: &Path) {
        self.write(selector, file.to_str().unwrap());
    }

    /// Types into the field that a CSS selector finds.
    pub fn write(&self, selector: &str, text: &str) {
        self.call("POST", &format!("{}/value", self.element(selector)), &json!({"text": text}));
    }

    /// Runs a script in every page that is opened from now on, before the page's own content.
    pub fn bring(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({"source": script}));
    }

    /// What a script finds that hands its answer to its last argument.
    pub fn wait_for(&self, script: &str) -> Value {
        self.call("POST", &format!("{}/execute/async", self.session), &json!({"script": script, "args": []}))
    }

    /// Presses a key.
    pub fn press(&self, key: char) {
        self.type_in(&key.to_string());
    }

    /// Steps from nowhere to the first stop of a page that was just opened: a window that has only just come up may take the
    /// first keys for itself.
    pub fn step_in(&self) {
        let is_in = || self.find("return document.activeElement !== document.body") == json!(true);
        let is_taken = (0..20).any(|_| {
            self.press('\u{E004}');
            is_in()
        });
        assert!(is_taken, "the tabulator leads nowhere");
    }

    /// Waits until a script finds what it should.
    pub fn becomes(&self, script: &str, what: &Value) {
        let mut found = Value::Null;
        let is_so = (0..2_000).any(|_| {
            found = self.find(script);
            found == *what
        });
        assert!(is_so, "`{script}` finds {found}, never {what}");
    }

    /// Presses one key after the other.
    pub fn type_in(&self, keys: &str) {
        let press = |key: char| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let actions: Vec<Value> = keys.chars().flat_map(press).collect();
        let body = json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]});
        self.call("POST", &format!("{}/actions", self.session), &body);
    }

    /// What the console has said since it was last asked.
    pub fn said(&self) -> Vec<Value> {
        let body = json!({"type": "browser"});
        self.call("POST", &format!("{}/se/log", self.session), &body).as_array().cloned().unwrap_or_default()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = ask(self.address, "DELETE", &self.session, &[], "");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
