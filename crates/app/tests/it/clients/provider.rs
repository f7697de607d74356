//! An identity provider of other people signs users in.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use crate::commands::api;

use super::script;

/// The pages as the provider knows them; the browsers of the test find them where they really are.
const SAID: &str = "http://127.0.0.1:7070";

#[test]
fn a_provider_signs_in_a_partner_a_customer_and_a_reviewer_and_nobody_else() {
    let Some(modules) = std::env::var_os("CLIENTS_NODE") else {
        println!("skipped: CLIENTS_NODE names no folder with the clients; `cargo xtask test --only clients` installs them");
        return;
    };
    let mut run = Command::new("node");
    run.arg(script("provider.mjs")).env("CLIENTS_NODE", modules).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut provider = run.spawn().unwrap();
    let mut told = BufReader::new(provider.stdout.take().unwrap());
    let mut issuer = String::new();
    told.read_line(&mut issuer).unwrap();

    let (scene, _, _) = api::peopled();
    let tenants = [
        ("t-0", "operator = true", "deciders", "reviewer"),
        ("t-1", "partner = \"900010\"", "claimers", "incentive-user"),
        ("t-2", "customer = \"t-alpine\"", "owners", "global-admin"),
    ];
    let tenants = tenants.map(|(tenant, organisation, group, role)| {
        format!("[[providers.tenants]]\ntenant = \"{tenant}\"\n{organisation}\nroles = {{ {group} = [\"{role}\"] }}\n")
    });
    let one = |name: &str, title: &str, issuer: &str| {
        format!(
            "[[providers]]\nname = \"{name}\"\ntitle = \"{title}\"\nissuer = \"{issuer}\"\ninside = true\nclient_id = \"counterfoil\"\n\
             client_secret_file = \"secret\"\nscopes = [\"email\", \"profile\", \"groups\"]\nroles_claim = \"groups\"\ntenant_claim = \"tid\"\n{}",
            tenants.concat()
        )
    };
    let issuer = issuer.trim();
    let file = format!(
        "address = \"{SAID}\"\n{}{}",
        one("keys", "Keys", issuer),
        one("other", "Other", &issuer.replace("127.0.0.1", "localhost"))
    );
    scene.write("home/identity.toml", &file);
    scene.write("home/secret", "the words of both sides\n");
    let server = api::serve_with(&scene, &[]);
    write!(provider.stdin.take().unwrap(), "{SAID}\nhttp://{}\n", server.address).unwrap();

    let (mut said, mut trouble) = (String::new(), String::new());
    told.read_to_string(&mut said).unwrap();
    provider.stderr.take().unwrap().read_to_string(&mut trouble).unwrap();
    assert!(provider.wait().unwrap().success(), "{said}{trouble}");
    // the provider tells what it would have in production
    let said: String = said.lines().filter(|line| !line.starts_with("oidc-provider ")).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!("journeys", said);
    let invited = scene.run(&["user", "invite", "keys:olga@alpine.example", "--as", "rita"]);
    assert!(invited.exit == Some(1) && invited.stderr.contains("signs in by the provider `keys`"), "{invited}");
    insta::assert_snapshot!("users", scene.run(&["user", "list", "-o", "table"]).stdout);
}
