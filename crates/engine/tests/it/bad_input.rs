//! What is said of bad input: one table of cases, each with its files, the messages and the rows that stay.

use std::fmt::Write;

use domain::cells::Row;
use engine::dataset::Dataset;

use crate::scene::{folder, gzip, parquet};

const PARTNERS: &str =
    "partner_id,global_partner_id,name,kind,active\n101,900,Alpha Bern,,\n102,900,Alpha Basel,,\n103,900,Alpha old,,false\n";
const CUSTOMERS: &str = "tenant_id,name\nt-1,One\nt-2,Two\n";

pub type Files<'a> = Vec<(&'a str, Vec<u8>)>;

pub fn told(sentence: &str, files: Files<'_>) -> String {
    let mut told = format!("{sentence}\n");
    for (name, bytes) in files.iter().filter(|(_, bytes)| *bytes != PARTNERS.as_bytes() && *bytes != CUSTOMERS.as_bytes()) {
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => {
                text.lines().enumerate().for_each(|(at, line)| writeln!(told, "  {name}:{} | {line}", at + 1).unwrap());
            }
            _ => writeln!(told, "  {name} | {}", bytes.escape_ascii().to_string().chars().take(60).collect::<String>()).unwrap(),
        }
    }
    let given: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let folder = folder(&given);
    match Dataset::load_all(folder.path()) {
        Err(error) => error.files.iter().for_each(|error| writeln!(told, "  => error {}: {error}", error.reason()).unwrap()),
        Ok(dataset) => {
            for problem in dataset.problems.kept() {
                writeln!(told, "  => {} {}: {problem}", problem.severity, problem.reason).unwrap();
            }
            let program = &dataset.program;
            let kept = [
                (domain::facts::Csp::TABLE, program.csp.len()),
                ("claims", program.claims.len()),
                ("partner_of_record", program.partner_of_record.len()),
                ("pal_links", program.pal_links.len()),
                ("consumption", program.consumption.len()),
                ("workload_usage", program.workload_usage.len()),
                ("enrolments", program.enrolments.len()),
            ];
            let kept: Vec<String> = kept.iter().filter(|(_, rows)| *rows > 0).map(|(table, rows)| format!("{rows} of {table}")).collect();
            writeln!(told, "  => rows that stay: {}", if kept.is_empty() { "none".to_owned() } else { kept.join(", ") }).unwrap();
        }
    }
    told.replace(folder.path().to_str().unwrap(), "FOLDER")
}

pub fn text<'a>(name: &'a str, text: &str) -> Files<'a> {
    vec![(name, text.as_bytes().to_vec()), ("partners.csv", PARTNERS.into()), ("customers.csv", CUSTOMERS.into())]
}

#[test]
fn bad_headers_say_what_is_there_and_what_is_meant() {
    let cut = {
        let mut bytes = gzip(&(0..5_000).fold("usage_date,tenant_id,subscription_id,service,acr_usd\n".to_owned(), |text, row| {
            text + &format!("2024-01-01,t-1,s-{row},Key Vault,{row}.{}\n", row * 7919 % 1000)
        }));
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    let float = parquet(vec![
        ("usage_date", std::sync::Arc::new(arrow_array::Date32Array::from(vec![19_000, 19_001])) as _),
        ("tenant_id", std::sync::Arc::new(arrow_array::StringArray::from(vec!["t-1", "t-1"])) as _),
        ("subscription_id", std::sync::Arc::new(arrow_array::StringArray::from(vec!["s", "s"])) as _),
        ("service", std::sync::Arc::new(arrow_array::StringArray::from(vec!["Key Vault", "Key Vault"])) as _),
        ("acr_usd", std::sync::Arc::new(arrow_array::Float64Array::from(vec![0.1, 1e-7])) as _),
    ]);
    let cases = [
        told("a required column is missing", text("csp.csv", "subscription_id,partner_id,from\ns,101,2024-01-01\n")),
        told("a required column is misspelt", text("csp.csv", "Subscription ID,partner_id,tier,from\ns,101,direct-bill,2024-01-01\n")),
        told("cells are separated by semicolons", text("csp.csv", "subscription_id;partner_id;tier;from\ns;101;direct-bill;2024-01-01\n")),
        told("a column is unknown", text("csp.csv", "subscription_id,partner_id,tier,from,until\ns,101,direct-bill,2024-01-01,\n")),
        told(
            "an optional column is misspelt",
            text("claims.csv", "claim_id,partner_id,tenant_id,activity,aproved_on\nc,101,t-1,osa,2024-01-01\n"),
        ),
        told("a column is there twice", text("csp.csv", "subscription_id,partner_id,tier,From,from\n")),
        told("a file is empty", text("csp.csv", "")),
        told("a header without rows is fine", text("csp.csv", "\u{feff}Subscription_ID , partner_id,TIER,from\n")),
        told("a table is there in two forms", vec![("csp.csv", b"x".to_vec()), ("csp/1.csv", b"x".to_vec())]),
        told("a table is there as text and as Parquet", vec![("csp.csv", b"x".to_vec()), ("csp.parquet", b"x".to_vec())]),
        told("a folder holds no table", vec![("notes.md", b"x".to_vec())]),
        told("a file is named for no table", text("customer.csv", "a\n")),
        told("a file has an unknown ending", text("csp.xlsx", "a\n")),
        told("a compressed file is cut off", vec![("consumption.csv.gz", cut)]),
        told("a file is no gzip", vec![("csp.csv.gz", b"subscription_id".to_vec())]),
        told("a file is no Parquet", vec![("csp.parquet", b"PAR1 and nothing more".to_vec())]),
        told("money is a float", vec![("consumption.parquet", float)]),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn bad_cells_are_quarantined_with_their_place_and_cure() {
    let csp = "subscription_id,partner_id,tier,from,to\n";
    let usage = "usage_date,tenant_id,subscription_id,service,acr_usd,grain\n";
    let cases = [
        told(
            "days in mixed styles",
            text(
                "csp.csv",
                &format!(
                    "{csp}s-1,101,direct-bill,2024-01-31,\ns-2,101,direct-bill,02/30/2026,\ns-3,101,direct-bill,31.01.2024,\ns-4,101,direct-bill,2024-01-31T00:00:00Z,\ns-5,101,direct-bill,2024-02-30,\n"
                ),
            ),
        ),
        told("a month that is none", text("workload_usage.csv", "month,tenant_id,workload\n2024-01,t-1,teams\n2024-01-15,t-1,teams\n")),
        told("a row of a month on another day", text("consumption.csv", &format!("{usage}2024-01-15,t-1,s,Key Vault,1,month\n"))),
        told(
            "a word that is none of the list",
            text("csp.csv", &format!("{csp}s-1,101,direct bill,2024-01-01,\ns-2,101,reseller,2024-01-01,\n")),
        ),
        told("a required cell is blank", text("csp.csv", &format!("{csp},101,direct-bill,2024-01-01,\ns,101,direct-bill,2024-01-01,\n"))),
        told(
            "cells are missing or too many",
            text("csp.csv", &format!("{csp}s-1,101\ns-2,101,direct-bill,2024-01-01,,\ns-3,101,direct-bill,2024-01-01,\n")),
        ),
        told(
            "text is not UTF-8",
            vec![("consumption.csv", [usage.as_bytes(), b"2024-01-01,t-1,s,Caf\xe9,1,\n2024-01-01,t-1,s,Key Vault,1,\n"].concat())],
        ),
        told(
            "amounts are absurd, or no numbers; refunds are fine",
            text(
                "consumption.csv",
                &format!(
                    "{usage}2024-01-01,t-1,s,Key Vault,-1.50,\n2024-01-01,t-1,s,Key Vault,9999999999999,\n2024-01-01,t-1,s,Key Vault,\"1,234.5\",\n2024-01-01,t-1,s,Key Vault,NaN,\n"
                ),
            ),
        ),
        told("seats are below zero", text("workload_usage.csv", "month,tenant_id,workload,paid_seats\n2024-01,t-1,teams,-5\n")),
        told("an ended claim has no end", text("claims.csv", "claim_id,partner_id,tenant_id,activity,state\nc,101,t-1,osa,ended\n")),
        told("a partner of record of nothing", text("partner_of_record.csv", "partner_id,from,tenant_id\n101,2024-01-01,t-1\n")),
        told(
            "an interval is reversed",
            text("csp.csv", &format!("{csp}s-1,101,direct-bill,2024-02-01,2024-01-01\ns-2,101,direct-bill,2024-02-01,2024-02-01\n")),
        ),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn contradictions_between_rows_are_told_with_both_rows() {
    let csp = "subscription_id,partner_id,tier,from,to\n";
    let claims = "claim_id,partner_id,tenant_id,activity,workload,subscription_id,approved_on,ended_on,state\n";
    let cases = [
        told(
            "partners are unknown, global or closed",
            text(
                "pal_links.csv",
                "tenant_id,principal_id,partner_id,linked_on\nt-1,p-1,999,2024-01-01\nt-1,p-2,900,2024-01-01\nt-1,p-3,103,2024-01-01\nt-1,p-4,999,2024-01-01\n",
            ),
        ),
        told(
            "an enrolment names a location",
            text(
                "enrolments.csv",
                "global_partner_id,area,enrolled_on,anniversary_on\n101,security,2024-01-01,2025-01-01\n901,security,2024-01-01,2025-01-01\n",
            ),
        ),
        told(
            "a tenant is unknown",
            text(
                "consumption.csv",
                "usage_date,tenant_id,subscription_id,service,acr_usd\n2024-01-01,t-9,s,Key Vault,1\n2024-01-02,T-9,s,Key Vault,1\n",
            ),
        ),
        told(
            "two resellers of one tier",
            text(
                "csp.csv",
                &format!(
                    "{csp}s,101,direct-bill,2024-01-01,2024-03-01\ns,102,indirect-provider,2024-02-01,\ns,102,indirect-reseller,2024-02-01,\ns,102,direct-bill,2024-03-01,\n"
                ),
            ),
        ),
        told(
            "two partners of record",
            text(
                "partner_of_record.csv",
                "partner_id,from,subscription_id,tenant_id,product\n101,2024-01-01,s,,\n102,2024-01-01,S,,\n101,2024-01-01,,t-1,office-365\n102,2024-05-01,,t-1,Office-365\n",
            ),
        ),
        told(
            "two claims on one workload",
            text(
                "claims.csv",
                &format!(
                    "{claims}c-1,101,t-1,osu-m365,teams,,2024-01-01,2024-06-01,ended\nc-2,102,t-1,usage-association,teams,,2024-05-31,,\nc-3,102,t-1,osu-m365,teams,,2024-06-01,,approved\nc-4,102,t-1,osu-m365,teams,,2024-01-01,,rejected\n"
                ),
            ),
        ),
        told(
            "two claims on one product",
            text(
                "claims.csv",
                &format!(
                    "{claims}c-1,101,t-1,osa,sales,s-1,2024-01-01,,\nc-2,102,t-1,osa,sales,s-1,2024-01-01,,\nc-3,102,t-1,revrec,sales,s-1,2024-01-01,,\n"
                ),
            ),
        ),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}
