use std::collections::BTreeSet;

use crate::tracked::{none, root};

const CRATES: [&str; 5] = ["app", "domain", "engine", "store", "xtask"];

/// Everything that `domain` may use: rights, exact numbers, civil dates, text, hashes, and the shapes of data.
const DOMAIN_MAY_USE: [&str; 12] = [
    "cedar-policy",
    "jiff",
    "num-bigint",
    "num-rational",
    "num-traits",
    "schemars",
    "serde",
    "serde_json",
    "sha2",
    "strsim",
    "thiserror",
    "toml",
];

/// The doors to the outside, and the one crate that may open each.
const DOORS: [(&str, &str); 12] = [
    ("sqlx", "store"),
    ("arrow-array", "engine"),
    ("arrow-cast", "engine"),
    ("arrow-schema", "engine"),
    ("parquet", "engine"),
    ("rust_xlsxwriter", "engine"),
    ("axum", "app"),
    ("tower-http", "app"),
    ("askama", "app"),
    ("clap", "app"),
    ("tokio-rustls", "app"),
    ("indicatif", "app"),
];

fn manifest(name: &str) -> toml::Table {
    let path = root().join("crates").join(name).join("Cargo.toml");
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// What a crate depends on, `kinds` being the tables that count.
fn dependencies(name: &str, kinds: &[&str]) -> BTreeSet<String> {
    let manifest = manifest(name);
    let tables = kinds.iter().filter_map(|kind| manifest.get(*kind)?.as_table());
    tables.flat_map(|table| table.keys().cloned()).collect()
}

fn all_dependencies(name: &str) -> BTreeSet<String> {
    dependencies(name, &["dependencies", "dev-dependencies", "build-dependencies"])
}

#[test]
fn there_are_four_crates_and_the_checks() {
    let found: BTreeSet<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, CRATES.map(str::to_owned).into(), "a new crate needs a decision in docs/decisions and a line here");
}

#[test]
fn domain_uses_nothing_but_its_allow_list() {
    let allowed: BTreeSet<String> = DOMAIN_MAY_USE.map(str::to_owned).into();
    let found = dependencies("domain", &["dependencies", "build-dependencies"]);
    assert_eq!(found, allowed, "domain is pure: a new dependency needs a reason in docs/decisions and a line here");
}

#[test]
fn only_one_crate_opens_each_door_to_the_outside() {
    let mut trouble = Vec::new();
    for (door, owner) in DOORS {
        for name in CRATES.iter().filter(|name| **name != owner) {
            if all_dependencies(name).contains(door) {
                trouble.push(format!("crates/{name}/Cargo.toml: depends on `{door}`, which only `{owner}` may"));
            }
        }
    }
    none(&trouble, "ask the owner for what you need, in words of the domain");
}

#[test]
fn the_crates_depend_on_each_other_in_one_direction() {
    let below = |name: &str| -> &[&str] {
        match name {
            "store" | "engine" => &["domain"],
            "app" => &["domain", "engine", "store"],
            _ => &[],
        }
    };
    let mut trouble = Vec::new();
    for name in CRATES {
        for used in all_dependencies(name).iter().filter(|used| CRATES.contains(&used.as_str())) {
            if !below(name).contains(&used.as_str()) {
                trouble.push(format!("crates/{name}/Cargo.toml: `{name}` may not know `{used}`"));
            }
        }
    }
    none(&trouble, "domain ◀── store, engine ◀── app; store and engine never see each other");
}

#[test]
fn every_dependency_is_declared_once_in_the_workspace() {
    let mut trouble = Vec::new();
    for name in CRATES {
        let manifest = manifest(name);
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (used, how) in manifest.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
                if how.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                    trouble.push(format!("crates/{name}/Cargo.toml: `{used}` in [{kind}] is not `workspace = true`"));
                }
            }
        }
    }
    none(&trouble, "declare it in [workspace.dependencies], so that all crates build against the same one");
}
