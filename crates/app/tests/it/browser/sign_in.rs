//! Signing in and out, by keyboard alone: the first link, passwords, codes, pauses, sessions.

use totp_rs::{Builder, Secret};

use super::keyboard::Keyboard;
use super::{Pages, browser};
use crate::commands::scene::Scene;

const PASSWORD: &str = "four plain green words";

/// The code that an app on the browser's device shows so many half minutes from now.
fn code(keys: &Keyboard, secret: &str, later: u64) -> String {
    let now = keys.browser.find("return Math.floor(Date.now() / 1000)");
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(now.as_u64().unwrap() + 30 * later).to_string()
}

/// A home with imports, and its pages, which ask who it is.
fn opened() -> (Scene, Pages) {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let pages = Pages::with(&scene, &[]);
    (scene, pages)
}

/// The path of a link that is good once.
fn link(scene: &Scene, user: &str) -> String {
    let ran = scene.run(&["user", "invite", user, "--as", "operator", "-o", "json"]);
    let invited: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    format!("/welcome/{}", invited["link"].as_str().unwrap().rsplit('/').next().unwrap())
}

/// Sets the password of a link that is good once.
fn welcome(keys: &Keyboard, path: &str) {
    keys.open(path);
    keys.fill("New password", PASSWORD);
    keys.fill("The same again", PASSWORD);
    keys.enter();
}

fn sign_in(keys: &Keyboard, user: &str, password: &str) {
    keys.fill("User", user);
    keys.fill("Password", password);
    keys.enter();
}

#[test]
fn the_first_link_leads_to_a_password_codes_out_and_in_again() {
    let Some(browser) = browser() else { return };
    let (_scene, pages) = opened();
    let keys = pages.keyboard(&browser);
    let link = pages.told("sets one: http://");
    let path = &link[link.find('/').unwrap()..];
    keys.open(path);
    keys.fill("New password", "short and new");
    keys.fill("The same again", "short and old");
    keys.enter();
    keys.reads("The two passwords are not the same");
    welcome(&keys, path);
    assert!(keys.heading().contains("partners"), "the operator begins at the partners: {}", keys.heading());

    keys.follow("Operator");
    keys.skip();
    keys.follow("Set up an authenticator app");
    let secret = keys.hidden("secret").as_str().unwrap().to_owned();
    keys.skip();
    keys.fill("Code", &code(&keys, &secret, 20));
    keys.fill("Present password", PASSWORD);
    keys.follow("Ask for codes");
    keys.reads("That is not the app's code now");
    keys.skip();
    keys.fill("Code", &code(&keys, &secret, 0));
    keys.fill("Present password", PASSWORD);
    keys.enter();
    keys.reads("Signing in asks for a code of your authenticator app");

    keys.follow("Sign out");
    assert_eq!(keys.heading(), "Sign in");
    keys.reads("You are signed out.");
    sign_in(&keys, "operator", "not the right words");
    keys.reads("the name or the password is not right");
    keys.fill("Password", PASSWORD);
    keys.enter();
    assert_eq!(keys.heading(), "Your code");
    keys.fill("Code", "000000");
    keys.enter();
    keys.reads("That is not the code, or it was used before");
    // the present one was used to set the codes up, and is taken once
    keys.fill("Code", &code(&keys, &secret, 1));
    keys.enter();
    assert!(keys.heading().contains("partners"), "{}", keys.heading());
}

#[test]
fn an_invited_user_signs_in_on_a_phone_is_told_what_they_may_not_and_ends_a_session() {
    let Some(browser) = browser() else { return };
    browser.look(390, "dark");
    let (scene, pages) = opened();
    let add =
        ["user", "add", "vic@fabrikam.example", "--name", "Vic", "--partner", "900020", "--role", "report-viewer", "--as", "operator"];
    assert_eq!(scene.run(&add).exit, Some(0));
    let keys = pages.keyboard(&browser);
    let path = link(&scene, "vic@fabrikam.example");
    welcome(&keys, &path);
    keys.reads("Fabrikam");
    keys.open(&path);
    assert_eq!(keys.heading(), "This link has ended");
    keys.is_well();

    // what a reader may not do says who lets them, what is another's is not there
    keys.open("/partners/900020/claims/new");
    assert_eq!(keys.heading(), "You may not claim here");
    keys.reads("Ask a user of partner 900020");
    keys.is_well();
    keys.open("/partners/900010/claims");
    keys.is_well();
    keys.skip();
    keys.follow("Home");
    keys.reads("Fabrikam");

    // a second browser of the same user, ended from the first one
    let Some(other) = super::browser() else { return };
    let elsewhere = pages.keyboard(&other);
    elsewhere.open("/partners/900020/people");
    assert_eq!(elsewhere.heading(), "Sign in");
    sign_in(&elsewhere, "VIC@fabrikam.example", PASSWORD);
    assert!(other.address().ends_with("/partners/900020/people"), "{}", other.address());
    keys.open("/account");
    keys.is_well();
    browser.look(390, "dark");
    keys.skip();
    keys.follow("End every other session");
    keys.reads("ended");
    elsewhere.open("/account");
    assert_eq!(elsewhere.heading(), "Sign in");

    // guesses pause the account, and the page says so
    for _ in 0..5 {
        sign_in(&elsewhere, "vic@fabrikam.example", "a guess that is long");
    }
    sign_in(&elsewhere, "vic@fabrikam.example", PASSWORD);
    elsewhere.reads("After five failures an account pauses");
    elsewhere.is_well();
    keys.open("/account");
    assert_eq!(keys.heading(), "Vic", "who is signed in stays so");
}
