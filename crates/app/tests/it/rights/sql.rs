//! What queries in SQL give to whom: rows of everybody's own, and of nobody else's, whatever the role and the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::cast::{Cast, SIDES, UNCOVERED_SERVICE};
use crate::commands::scene::Scene;

/// A partner and a customer whom nobody of the cast has to do with, in every table that knows partners or customers: the file, its header where
/// the dataset has none yet, and a row. The last partner of record held a subscription of the cast's customer.
const CANARIES: [(&str, &str, &str); 20] = [
    ("partners", "", "canary-100,canary-900,Canary Consulting"),
    ("customers", "", "t-canary,Canary Bay,canary.example"),
    ("subscriptions", "", "s-canary,t-canary,azure,mca"),
    ("principals", "", "t-canary,p-canary,user"),
    ("group_members", "tenant_id,group_id,principal_id,from", "t-canary,g-canary,p-canary,2022-01-01"),
    ("pal_links", "", "t-canary,p-canary,canary-100,2023-03-01"),
    ("role_assignments", "", "t-canary,p-canary,Contributor,/subscriptions/s-canary,2023-03-01"),
    ("management_groups", "tenant_id,management_group_id,child", "t-canary,mg-canary,/subscriptions/s-canary"),
    (
        "resource_owners",
        "tenant_id,product,resource_id,principal_id,capacity,from",
        "t-canary,power-apps,app-canary,p-canary,owner,2022-01-01",
    ),
    ("partner_of_record", "", "s-canary,canary-100,2022-01-01,"),
    ("csp", "", "s-canary,canary-100,direct-bill,2022-01-01,"),
    ("claims", "", "c-canary,canary-100,t-canary,osu-m365,teams,2023-02-01,approved"),
    ("consumption", "", "2024-01-10,t-canary,s-canary,Canary Lake,7777.75"),
    ("workload_usage", "", "2024-01,t-canary,teams,7771,7772"),
    ("revenue", "month,tenant_id,workload,revenue_usd", "2024-01,t-canary,dynamics-365-sales,8888.25"),
    ("people", "", "e-canary,canary-100,2022-01-01"),
    ("certifications", "", "e-canary,AZ-305,2022-05-01,2025-05-01"),
    ("enrolments", "global_partner_id,area,enrolled_on,anniversary_on", "canary-900,infrastructure,2023-06-01,2024-06-01"),
    ("exchange_rates", "month,currency,usd_per_unit", "2024-01,canary,1.5"),
    ("partner_of_record", "", "s-alpine,canary-100,2021-01-01,2021-12-31"),
];

fn with_canaries(scene: &Scene) {
    for (table, header, row) in CANARIES {
        let file = format!("exports/{table}.csv");
        if !header.is_empty() {
            scene.write(&file, &format!("{header}\n"));
        }
        scene.append(&file, &format!("{row}\n"));
    }
}

/// Every table that there is.
fn tables(cast: &Cast) -> Vec<String> {
    let told = cast.call(Some("operator.auditor"), "GET", "/api/v1/sql/tables", "");
    let told: Value = serde_json::from_str(&told.body).unwrap();
    let tables = told["tables"].as_array().unwrap().iter();
    tables.map(|table| table["table"].as_str().unwrap().to_owned()).collect()
}

/// The rows of a table that a user is given, or why there are none.
fn rows(cast: &Cast, user: &str, table: &str) -> Result<String, String> {
    let asked = json!({ "query": format!("select * from {table}") }).to_string();
    let answer = cast.call(Some(user), "POST", "/api/v1/sql?as_of=2024-03-15&limit=10000", &asked);
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    match answer.status {
        200 => Ok(told["rows"].to_string()),
        403 => Err(format!("{}; {}", told["detail"].as_str().unwrap(), told["cure"].as_str().unwrap())),
        status => panic!("{user} {table}: {status} {}", answer.body),
    }
}

/// What must not be told to the users of a side.
fn foreign(side: &str) -> Vec<&'static str> {
    let uncovered = [UNCOVERED_SERVICE, "424242.17", "s-other", "43210"];
    match side {
        "partner" => [&["canary", "900020", "100300", "fabrikam", "t-tailspin", "litware"][..], &uncovered].concat(),
        "other-location" => [&["canary", "900020", "100300", "100204", "t-tailspin", "\"c1\"", "p-ana"][..], &uncovered].concat(),
        "other-partner" => [&["canary", "900010", "northwind", "t-alpine", "t-woodgrove", "p-ana"][..], &uncovered].concat(),
        "customer" => vec!["t-canary", "s-canary", "p-canary", "c-canary", "t-woodgrove", "t-tailspin", "s-woodgrove", "100300"],
        "other-customer" => vec!["canary", "t-alpine", "s-alpine", "p-ana", "t-tailspin", "100204", "100300"],
        _ => Vec::new(),
    }
}

#[test]
fn no_table_gives_anybody_a_row_of_others() {
    let cast = Cast::among(with_canaries);
    let tables = tables(&cast);
    assert_eq!(tables.len(), 22, "{tables:?}");
    let (mut table_of_rights, mut troubles) = (String::new(), String::new());
    for side in &SIDES {
        for (user, _) in side.users() {
            writeln!(table_of_rights, "{user}").unwrap();
            for table in &tables {
                let told = rows(&cast, &user, table);
                if let Ok(rows) = &told {
                    let rows = rows.to_lowercase();
                    let found: Vec<&str> = foreign(side.name).into_iter().filter(|mark| rows.contains(&mark.to_lowercase())).collect();
                    if !found.is_empty() {
                        writeln!(troubles, "{user} finds {found:?} in {table}").unwrap();
                    }
                    if side.name == "operator" && !rows.contains("canary") {
                        writeln!(troubles, "{user} does not find the canary in {table}").unwrap();
                    }
                }
                let count = |rows: &String| serde_json::from_str::<Vec<Value>>(rows).unwrap().len();
                let told = told.map_or_else(|why| why, |rows| format!("{} rows", count(&rows)));
                writeln!(table_of_rights, "  {table}: {told}").unwrap();
            }
        }
    }
    assert!(troubles.is_empty(), "{troubles}");
    insta::assert_snapshot!(table_of_rights);
}

#[test]
fn money_and_people_are_in_no_table_of_those_who_may_not_see_them() {
    let cast = Cast::new();
    let tables = tables(&cast);
    let money: BTreeSet<String> = ["consumption", "credits"]
        .into_iter()
        .flat_map(|table| serde_json::from_str::<Vec<BTreeMap<String, Value>>>(&rows(&cast, "operator.auditor", table).unwrap()).unwrap())
        .filter_map(|row| Some(row.get("acr_usd")?.as_str()?.to_owned()))
        .filter(|amount| amount.contains('.'))
        .collect();
    assert!(money.len() > 20, "{money:?}");
    let mut troubles = String::new();
    for user in ["operator.reviewer", "operator.support", "partner.incentive-user", "partner.report-viewer", "customer.global-admin"] {
        for table in &tables {
            let Ok(rows) = rows(&cast, user, table) else { continue };
            let values: Vec<BTreeMap<String, Value>> = serde_json::from_str(&rows).unwrap();
            let told = values.iter().flatten();
            let found: Vec<String> = told
                .filter(|(column, value)| column.ends_with("_usd") || value.as_str().is_some_and(|text| money.contains(text)))
                .map(|(column, value)| format!("{column} {value}"))
                .collect();
            if !found.is_empty() && table != "exchange_rates" {
                writeln!(troubles, "{user} finds money in {table}: {found:?}").unwrap();
            }
            let is_told = ["\"p-ana\"", "\"e1\"", "\"e2\""].iter().any(|person| rows.contains(person));
            if user == "partner.report-viewer" && is_told {
                writeln!(troubles, "{user} finds people in {table}").unwrap();
            }
        }
    }
    assert!(troubles.is_empty(), "{troubles}");
}

#[test]
fn a_partner_adds_up_the_usage_that_its_page_of_customers_adds_up() {
    let cast = Cast::new();
    let ask = |user: &str, query: &str| {
        let answer = cast.call(Some(user), "POST", "/api/v1/sql?as_of=2024-03-15", &json!({ "query": query }).to_string());
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str::<Value>(&answer.body).unwrap()["rows"].clone()
    };
    let covered = ask("partner.account-admin", "select sum(acr_usd) as usd from consumption");
    let credited =
        ask("operator.auditor", "select sum(acr_usd) as usd from credits where global_partner_id = '900010' and duplicate_in_account = 0");
    assert_eq!(covered, credited, "each row that an association covers is credited here, and no other");
    let all = ask("operator.auditor", "select sum(acr_usd) as usd from consumption");
    assert_ne!(covered, all);
}

#[test]
fn tokens_that_are_for_something_else_ask_nothing_in_sql() {
    let cast = Cast::new();
    let token = |scope: &str| {
        let new = json!({ "user_id": "operator.auditor", "purpose": "test", "expires_on": "2999-01-01", "scopes": [scope] }).to_string();
        let issued: Value = serde_json::from_str(&cast.call(Some("operator.auditor"), "POST", "/api/v1/tokens", &new).body).unwrap();
        issued["token"].as_str().unwrap_or_else(|| panic!("{issued}")).to_owned()
    };
    let body = json!({ "query": "select count(*) as n from partners" }).to_string();
    for (scope, status) in [("sql", 200), ("read", 200), ("claims", 403)] {
        let answer = cast.server.ask(&token(scope), "POST", "/sql", &[], &body);
        assert_eq!(answer.status, status, "{scope}: {}", answer.body);
    }
    assert_eq!(cast.server.ask(&token("sql"), "GET", "/scores", &[], "").status, 403);
}
