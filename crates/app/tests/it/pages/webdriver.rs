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
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let answer = ask(self.address, method, path, &[("Content-Type", "application/json")], &body);
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", value["value"]["message"]);
        value["value"].clone()
    }

    fn devtools(&self, command: &str, params: &Value) {
        self.call("POST", &format!("{}/goog/cdp/execute", self.session), &json!({"cmd": command, "params": params}));
    }

    /// Shows pages at a width, in the system's colours `light` or `dark`.
    pub fn look(&self, width: u32, colours: &str) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
        self.devtools("Emulation.setEmulatedMedia", &json!({"features": [{"name": "prefers-color-scheme", "value": colours}]}));
    }

    /// Opens a page.
    pub fn open(&self, address: &str) {
        self.call("POST", &format!("{}/url", self.session), &json!({"url": address}));
    }

    /// What a script finds on the page.
    pub fn find(&self, script: &str) -> Value {
        self.call("POST", &format!("{}/execute/sync", self.session), &json!({"script": script, "args": []}))
    }

    /// Clicks on what a CSS selector finds, and waits for the page that it leads to.
    pub fn click(&self, selector: &str) {
        let found = self.call("POST", &format!("{}/element", self.session), &json!({"using": "css selector", "value": selector}));
        let id = found.as_object().unwrap().values().next().unwrap().as_str().unwrap();
        self.find("window.left = true");
        self.call("POST", &format!("{}/element/{id}/click", self.session), &json!({}));
        let has_come = || self.find("return !window.left && document.readyState === 'complete'") == json!(true);
        assert!((0..2_000).any(|_| has_come()), "nothing came of the click on {selector}");
    }

    /// Chooses a file in the field that a CSS selector finds.
    pub fn choose(&self, selector: &str, file: &Path) {
        let found = self.call("POST", &format!("{}/element", self.session), &json!({"using": "css selector", "value": selector}));
        let id = found.as_object().unwrap().values().next().unwrap().as_str().unwrap();
        self.call("POST", &format!("{}/element/{id}/value", self.session), &json!({"text": file.to_str().unwrap()}));
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
        let actions = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
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
