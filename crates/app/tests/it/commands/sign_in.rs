//! Signing in: by password, by link, with codes; sessions, and what stays closed.

use std::io::{BufRead as _, BufReader};

use super::api::{Server, serve_with};
use super::scene::Scene;
use crate::pages::http::{Answer, ask};

/// A home with a program manager and a partner's user, and its server.
fn opened() -> (Scene, Server) {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    assert_eq!(scene.run(&["user", "add", "rita", "--operator", "--role", "program-manager"]).exit, Some(0));
    let paul = ["user", "add", "paul", "--partner", "900010", "--role", "account-admin", "--as", "rita"];
    assert_eq!(scene.run(&paul).exit, Some(0));
    let server = serve_with(&scene, &[]);
    (scene, server)
}

/// The path of a link for a user.
fn link(scene: &Scene, user: &str) -> String {
    let output = scene.command(&["user", "invite", user, "--as", "rita", "-o", "json"]).output().unwrap();
    let invited: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    invited["link"].as_str().and_then(|link| link.strip_prefix("http://127.0.0.1:7070")).unwrap().to_owned()
}

/// A browser without scripts: it keeps the session's cookie.
struct Visitor<'a> {
    server: &'a Server,
    cookie: String,
}

impl<'a> Visitor<'a> {
    fn new(server: &'a Server) -> Self {
        Self { server, cookie: String::new() }
    }

    fn get(&self, path: &str) -> Answer {
        ask(self.server.address, "GET", path, &[("Cookie", &self.cookie)], "")
    }

    fn send(&mut self, path: &str, body: &str) -> Answer {
        let form = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin"), ("Cookie", &self.cookie)];
        let answer = ask(self.server.address, "POST", path, &form, body);
        if let Some(cookie) = answer.header("set-cookie").split(';').next().filter(|cookie| !cookie.is_empty()) {
            cookie.clone_into(&mut self.cookie);
        }
        answer
    }

    fn sign_in(&mut self, user: &str, password: &str) -> Answer {
        self.send("/sign-in", &format!("user={user}&password={password}&next=/imports"))
    }
}

const PASSWORD: &str = "four+plain+green+words";

#[test]
fn an_invitation_sets_a_password_once_and_the_password_signs_in_and_out() {
    let (scene, server) = opened();
    let mut visitor = Visitor::new(&server);
    let closed = visitor.get("/partners/900010?as_of=2024-08-10");
    assert_eq!((closed.status, closed.header("location")), (303, "/sign-in?next=%2Fpartners%2F900010%3Fas_of%3D2024-08-10"));

    let path = link(&scene, "rita");
    let shown = visitor.get(&path);
    assert!(shown.status == 200 && shown.body.contains("Welcome, rita"), "{}", shown.body);
    assert_eq!(shown.header("cache-control"), "no-store");
    for (body, told) in [
        ("password=short&again=short", "at least 12"),
        ("password=my+name+is+rita+ok&again=my+name+is+rita+ok", "your own name"),
        ("password=four+plain+green+words&again=four+plain+green+word", "not the same"),
    ] {
        let refused = visitor.send(&path, body);
        assert!(refused.status == 422 && refused.body.contains(told) && visitor.cookie.is_empty(), "{told}: {}", refused.body);
    }
    let set = visitor.send(&path, &format!("password={PASSWORD}&again={PASSWORD}"));
    assert_eq!((set.status, set.header("location")), (303, "/"));
    let cookie = set.header("set-cookie");
    assert!(cookie.starts_with("counterfoil_session=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(visitor.get("/imports").status, 200);
    let first = visitor.cookie.clone();
    let mut other = Visitor::new(&server);
    assert_eq!(other.send(&path, &format!("password={PASSWORD}&again={PASSWORD}")).status, 404, "a link is good once");
    assert_eq!(other.get("/welcome/0123").status, 404);

    assert_eq!(visitor.send("/sign-out", "").header("location"), "/sign-in?out=1");
    assert_eq!(visitor.get("/imports").status, 303);
    visitor.cookie = first;
    assert_eq!(visitor.get("/imports").status, 303, "what ended stays ended");
    let refused = visitor.sign_in("rita", "not+the+right+password");
    let unknown = visitor.sign_in("nobody", "not+the+right+password");
    assert_eq!((refused.status, unknown.status), (422, 422));
    assert_eq!(refused.body.replace("rita", "nobody"), unknown.body, "nothing tells a known user from an unknown one");
    let signed_in = visitor.sign_in("RITA", PASSWORD);
    assert_eq!((signed_in.status, signed_in.header("location")), (303, "/imports"));
}

#[test]
fn a_user_who_is_closed_is_out_at_once_and_links_elsewhere_lead_home() {
    let (scene, server) = opened();
    let mut paul = Visitor::new(&server);
    paul.send(&link(&scene, "paul"), &format!("password={PASSWORD}&again={PASSWORD}"));
    assert_eq!(paul.get("/account").status, 200);
    let away = paul.send("/sign-in", &format!("user=paul&password={PASSWORD}&next=https://example.com/"));
    assert_eq!((away.status, away.header("location")), (303, "/"));
    assert_eq!(scene.run(&["user", "close", "paul", "--as", "rita"]).exit, Some(0));
    assert_eq!(paul.get("/account").status, 303);
    assert_eq!(paul.sign_in("paul", PASSWORD).status, 422);
    let refused = scene.run(&["user", "invite", "paul", "--as", "rita"]);
    assert!(refused.exit == Some(1) && refused.stderr.contains("`paul` is closed"), "{refused}");
    assert_eq!(scene.run(&["user", "invite", "nobody", "--as", "rita"]).exit, Some(1));
}

#[test]
fn sign_in_pauses_after_five_failures_even_for_the_right_password() {
    let (scene, server) = opened();
    let mut rita = Visitor::new(&server);
    rita.send(&link(&scene, "rita"), &format!("password={PASSWORD}&again={PASSWORD}"));
    let mut guesser = Visitor::new(&server);
    for _ in 0..5 {
        assert_eq!(guesser.sign_in("rita", "a+guess+that+is+long").status, 422);
    }
    assert_eq!(guesser.sign_in("rita", PASSWORD).status, 422, "paused");
    assert_eq!(rita.get("/account").status, 200, "who is signed in stays so");
    guesser.send(&link(&scene, "rita"), "password=other+plain+green+words&again=other+plain+green+words");
    assert_eq!(guesser.get("/account").status, 200, "a reset ends the pause");
    assert_eq!(rita.get("/account").status, 303, "and every session before it");
}

#[test]
fn forms_of_other_sites_are_refused() {
    let (_scene, server) = opened();
    let body = "user=rita&password=x&next=/";
    for headers in [[("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Origin", "https://example.com")]] {
        assert_eq!(ask(server.address, "POST", "/sign-in", &headers, body).status, 403);
        assert_eq!(ask(server.address, "POST", "/sign-out", &headers, "").status, 403);
    }
}

#[test]
fn the_first_run_makes_an_operator_and_tells_a_link_until_there_is_a_password() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let started = || {
        let mut child = scene.command(&["serve", "--port", "0"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let address = lines.next().unwrap().split(['/', ' ']).nth(4).unwrap().parse().unwrap();
        let link = lines.next().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let _: std::net::SocketAddr = address;
        link
    };
    let link = started();
    assert!(link.starts_with("`operator` has no password yet; this link, good once, sets one: http://127.0.0.1:"), "{link}");
    let path = link.split("http://").nth(1).and_then(|rest| rest.split_once('/')).map(|(_, path)| format!("/{path}")).unwrap();
    let again = started();
    assert_ne!(link.rsplit('/').next(), again.rsplit('/').next(), "a later link takes the place of the one before");
    let server = serve_with(&scene, &["--as", "operator"]);
    assert_eq!(ask(server.address, "GET", &path, &[], "").status, 404);
    let path = format!("/welcome/{}", again.rsplit('/').next().unwrap());
    let mut operator = Visitor::new(&server);
    assert_eq!(operator.send(&path, &format!("password={PASSWORD}&again={PASSWORD}")).status, 303);
    let account = operator.get("/account");
    assert!(account.body.contains("reviewer, program-manager, auditor"), "{}", account.body);
    // the only user there is need not be named
    assert_eq!(scene.run(&["user", "add", "rita", "--operator", "--role", "reviewer"]).exit, Some(0));
    assert_eq!(scene.run(&["user", "add", "ravi", "--operator", "--role", "reviewer"]).exit, Some(2));
    assert_eq!(scene.run(&["serve", "--port", "0", "--as", "nobody"]).exit, Some(1));
}

#[test]
fn other_machines_reach_the_pages_protected_and_by_a_name_that_is_told_only() {
    let (scene, _) = opened();
    for (more, told) in [
        (&[][..], "passwords would cross the network unprotected"),
        (&["--public-url", "https://partners.example.com"], "passwords would cross the network unprotected"),
        (&["--behind-proxy"], "--public-url"),
        (&["--dataset", "exports", "--behind-proxy", "--public-url", "https://partners.example.com"], "nobody is asked to sign in"),
        (&["--public-url", "partners.example.com"], "no address of a site"),
    ] {
        let ran = scene.run(&[&["serve", "--port", "0", "--address", "0.0.0.0"], more].concat());
        assert!(ran.exit != Some(0) && ran.stderr.contains(told), "{told}: {ran}");
    }
    let server = serve_with(&scene, &["--behind-proxy", "--public-url", "https://partners.example.com"]);
    let shown = ask(server.address, "GET", "/sign-in", &[("Host", "partners.example.com")], "");
    assert_eq!((shown.status, shown.header("strict-transport-security")), (200, "max-age=31536000"));
    assert_eq!(ask(server.address, "GET", "/sign-in", &[("Host", "elsewhere.example.com")], "").status, 421);
    let mut rita = Visitor::new(&server);
    let set = rita.send(&link(&scene, "rita"), &format!("password={PASSWORD}&again={PASSWORD}"));
    let cookie = set.header("set-cookie");
    assert!(cookie.starts_with("__Host-counterfoil_session=") && cookie.contains("; Secure"), "{cookie}");
    assert_eq!(rita.get("/account").status, 200);
}
