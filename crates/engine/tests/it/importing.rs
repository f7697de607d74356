//! Imports into a lake, and what becomes of every row.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use domain::time::Month;
use engine::fates::{Fate, Total};
use engine::formats::Format;
use engine::import::{ImportError, KnownFile, Outcome, Request, import};
use engine::lake::Lake;
use engine::undo::{UndoError, Undone, undo};
use tempfile::TempDir;

use crate::scene::{folder, rulebook, write};

/// A home with a lake, and the ledger that remembers its files.
pub struct Home {
    folder: TempDir,
    pub lake: Lake,
    known: HashMap<String, KnownFile>,
    pub closed: BTreeSet<Month>,
    batches: usize,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake { root: folder.path().join("lake"), files: Vec::new(), pieces: Vec::new(), undone: Vec::new() };
        Self { folder, lake, known: HashMap::new(), closed: BTreeSet::new(), batches: 0 }
    }

    pub fn try_import(&mut self, path: &Path, tenant: Option<&str>) -> Result<Outcome, ImportError> {
        self.batches += 1;
        let request = Request {
            path: path.to_owned(),
            format: None,
            tenant: tenant.map(Into::into),
            rulebook: rulebook(),
            batch_id: format!("b{}", self.batches),
            closed: self.closed.clone(),
            held_max: 1_000,
        };
        let outcome = import(&request, &self.lake, &self.known, &mut |_| {})?;
        for file in &outcome.files {
            let quarantined = file.totals.of(Fate::Quarantined).rows;
            if file.same_as.is_none() && file.error.is_none() {
                let known = KnownFile { batch_id: outcome.batch_id.clone(), incoming: file.totals.incoming_of(file.table), quarantined };
                self.known.insert(file.hash.clone(), known);
            }
        }
        self.lake.files.retain(|file| !outcome.dropped.contains(file));
        self.lake.files.extend(outcome.added.iter().cloned());
        self.lake.pieces.extend(outcome.pieces.iter().cloned());
        self.lake.sweep().unwrap();
        Ok(outcome)
    }

    pub fn import(&mut self, path: &Path) -> Outcome {
        self.try_import(path, None).unwrap()
    }

    pub fn import_text(&mut self, name: &str, text: &str) -> Outcome {
        let sources = folder(&[(name, text.as_bytes())]);
        self.import(&sources.path().join(name))
    }

    /// Undoes a batch; the ledger forgets its files.
    pub fn undo(&mut self, batch_id: &str) -> Result<Undone, UndoError> {
        self.batches += 1;
        let undone = undo(&self.lake, batch_id, &format!("b{}", self.batches), &self.closed);
        if let Ok(undone) = &undone {
            self.known.retain(|_, file| file.batch_id != batch_id);
            self.lake.files.retain(|file| !undone.dropped.contains(file));
            self.lake.files.extend(undone.added.iter().cloned());
            self.lake.pieces.retain(|file| !undone.pieces.contains(file));
        }
        self.lake.sweep().unwrap();
        undone
    }

    /// Lets an import pass.
    pub fn skip(&mut self) {
        self.batches += 1;
    }

    /// Every row of the lake's usage and links with its place of origin, in order.
    pub fn told(&self) -> Vec<String> {
        let dataset = self.rows();
        let place = |table, index| dataset.origins.of(table, index).map(|(file, line)| format!("{file}:{line}")).unwrap_or_default();
        let usage = dataset
            .program
            .consumption
            .iter()
            .enumerate()
            .map(|(index, row)| format!("{} {} {} {}", place("consumption", index), row.usage_date, row.subscription_id, row.acr_usd));
        let links = dataset
            .program
            .pal_links
            .iter()
            .enumerate()
            .map(|(index, row)| format!("{} {} {:?}", place("pal_links", index), row.principal_id, row.unlinked_on));
        let csp = dataset.program.csp.iter().enumerate().map(|(index, row)| format!("{} {}", place("csp", index), row.partner_id));
        let mut told: Vec<String> = usage.chain(links).chain(csp).collect();
        told.sort();
        told
    }

    /// Everything in the lake.
    pub fn rows(&self) -> engine::dataset::Dataset {
        let mut dataset = self.lake.open().unwrap();
        dataset.load_consumption().unwrap();
        dataset
    }
}

/// `table fate rows amount`, one a line.
pub fn fates(outcome: &Outcome) -> String {
    let line = |(table, fate, total): (&str, Fate, Total)| format!("{table} {fate} {} {}", total.rows, total.amount);
    outcome.totals.iter().map(line).collect::<Vec<_>>().join("\n")
}

const USAGE: &str = "usage_date,tenant_id,subscription_id,service,acr_usd,resource_id\n";

#[test]
fn the_same_folder_twice_changes_nothing() {
    let sources = folder(&[
        ("partners.csv", b"partner_id,global_partner_id,name\n101,900,Alpha\n"),
        ("consumption/1.csv", format!("{USAGE}2024-01-31,t,s,Backup,1.5,\n").as_bytes()),
        ("consumption/2.csv", format!("{USAGE}2024-02-01,t,s,Backup,2,\n2024-02-01,t,s,Backup,2,\n").as_bytes()),
    ]);
    let mut home = Home::new();
    let first = home.import(sources.path());
    assert_eq!(fates(&first), "consumption accepted 3 5.5\npartners accepted 1 0");
    let paths: Vec<&str> = first.added.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["partners/b1.parquet", "consumption/dataset/2024-01/b1.parquet", "consumption/dataset/2024-02/b1.parquet"]);

    let again = home.import(sources.path());
    assert!(again.changes_nothing());
    assert_eq!(fates(&again), "consumption duplicate 3 5.5\npartners duplicate 1 0");
    assert!(again.files.iter().all(|file| file.same_as.as_deref() == Some("b1")));

    // other bytes, the same rows
    let moved = home.import_text("consumption.csv", &format!("{USAGE}2024-02-01,T,S,Backup,2.0,\n2024-02-01,t,s,Backup,2,\n"));
    assert!(moved.changes_nothing());
    assert_eq!(fates(&moved), "consumption duplicate 2 4");
}

#[test]
fn a_later_file_restates_the_day_of_a_subscription_and_the_old_rows_are_kept_aside() {
    let mut home = Home::new();
    home.import_text(
        "consumption.csv",
        &format!("{USAGE}2024-01-01,t,s,Backup,1,\n2024-01-01,t,s,Bandwidth,2,\n2024-01-02,t,s,Backup,4,\n"),
    );
    let outcome = home.import_text("consumption.csv", &format!("{USAGE}2024-01-01,t,s,Backup,8,\n2024-01-02,t,s,Backup,4,\n"));
    assert_eq!(fates(&outcome), "consumption accepted 1 8\nconsumption duplicate 1 4\nconsumption superseded 2 3");
    let dataset = home.rows();
    let rows: Vec<String> =
        dataset.program.consumption.iter().map(|row| format!("{} {} {}", row.usage_date, row.service, row.acr_usd)).collect();
    assert_eq!(rows, ["2024-01-01 Backup 8", "2024-01-02 Backup 4"]);
    assert_eq!(dataset.origins.of("consumption", 0), Some(("b2:consumption.csv", 2)));
    assert_eq!(dataset.origins.of("consumption", 1), Some(("b1:consumption.csv", 4)));
    let pieces: Vec<&str> = home.lake.pieces.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(pieces, ["consumption/dataset/2024-01/b1.parquet", "pieces/consumption/dataset/2024-01/b2.parquet"]);
    assert!(home.lake.leftovers().is_empty());
}

#[test]
fn a_register_row_with_the_same_key_is_restated() {
    let header = "tenant_id,principal_id,partner_id,linked_on,unlinked_on\n";
    let mut home = Home::new();
    home.import_text("pal_links.csv", &format!("{header}t,p-1,101,2024-01-01,\nt,p-2,101,2024-01-01,\n"));
    let outcome = home.import_text("pal_links.csv", &format!("{header}t,p-1,101,2024-01-01,2024-06-01\nt,p-2,101,2024-01-01,\n"));
    assert_eq!(fates(&outcome), "pal_links accepted 1 0\npal_links duplicate 1 0\npal_links superseded 1 0");
    assert_eq!(home.rows().program.pal_links.len(), 2);
}

#[test]
fn a_row_that_contradicts_the_lake_is_quarantined_and_restates_nothing() {
    let header = "subscription_id,partner_id,tier,from,to\n";
    let mut home = Home::new();
    home.import_text("csp.csv", &format!("{header}s,101,direct-bill,2024-01-01,2024-03-01\ns,102,direct-bill,2024-03-01,\n"));
    let outcome =
        home.import_text("csp.csv", &format!("{header}s,101,direct-bill,2024-01-01,2024-04-01\ns,103,indirect-reseller,2024-01-01,\n"));
    assert_eq!(fates(&outcome), "csp accepted 1 0\ncsp quarantined 1 0");
    let problem = outcome.problems.kept().iter().find(|problem| problem.reason == "overlapping-interval").unwrap();
    assert!(problem.to_string().starts_with("csp.csv:2: from: tier 1 of subscription `s`"), "{problem}");
    assert!(problem.message.contains("(`b1:csp.csv` line 3)"), "{problem}");
    assert_eq!(home.rows().program.csp.len(), 3);
}

#[test]
fn a_file_with_quarantined_rows_is_read_again_since_what_they_lacked_may_be_there_now() {
    let focus = "ProviderName,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,BillingCurrency,ServiceName,SubAccountId\n\
                 Microsoft,Usage,2024-01-01,2024-01-02,1.5,USD,Backup,/subscriptions/S-1\n";
    let mut home = Home::new();
    let first = home.import_text("costs.csv", focus);
    assert_eq!(fates(&first), "consumption quarantined 1 1.5");
    assert_eq!(first.problems.kept()[0].reason, "tenant-unknown");
    home.import_text("subscriptions.csv", "subscription_id,tenant_id\ns-1,t-1\n");
    assert_eq!(fates(&home.import_text("costs.csv", focus)), "consumption accepted 1 1.5");
    assert_eq!(fates(&home.import_text("costs.csv", focus)), "consumption duplicate 1 1.5");
    assert_eq!(home.rows().program.consumption[0].tenant_id.as_str(), "t-1");
}

#[test]
fn one_file_that_will_not_do_does_not_stop_the_others() {
    let sources = folder(&[
        ("partners.csv", b"partner_id,global_partner_id,name\n101,900,Alpha\n"),
        ("csp.csv", b"subscription_id,partner_id,from\ns,101,2024-01-01\n"),
    ]);
    let mut home = Home::new();
    let outcome = home.import(sources.path());
    assert_eq!(fates(&outcome), "partners accepted 1 0");
    assert_eq!(outcome.errors.iter().map(|error| error.reason()).collect::<Vec<_>>(), ["missing-column"]);
    assert!(outcome.problems.has_losses());
}

#[test]
fn facts_beyond_what_memory_holds_arrive_whole_and_sorted() {
    let mut text = USAGE.to_owned();
    let rows = 6_000;
    for row in 0..rows {
        text +=
            &format!("2024-0{}-0{},t-{},s-{},Backup,0.{:03},/r/{}\n", row % 2 + 1, row % 9 + 1, row % 7, row % 700, row % 1000, row % 5000);
    }
    let mut home = Home::new();
    let outcome = home.import_text("consumption.csv", &text);
    let accepted = outcome.totals.of(Fate::Accepted);
    assert_eq!(accepted.rows, rows);
    let dataset = home.rows();
    assert_eq!(dataset.program.consumption.len() as u64, rows);
    assert_eq!(dataset.program.consumption.iter().map(|row| row.acr_usd).sum::<domain::amount::Amount>(), accepted.amount);
    let january = &dataset.program.consumption[..rows as usize / 2];
    assert!(january.is_sorted_by_key(|row| (row.tenant_id.clone(), row.subscription_id.clone(), row.resource_id.clone(), row.usage_date)));
    assert!(!home.lake.root.join("staging/b1").exists());
}

#[test]
fn unknown_tenants_are_told_once_with_the_number_of_rows() {
    let mut home = Home::new();
    home.import_text("customers.csv", "tenant_id,name\nt-1,One\n");
    let outcome = home.import_text(
        "consumption.csv",
        &format!("{USAGE}2024-01-01,t-9,s,Backup,1,\n2024-02-01,t-9,s,Backup,1,\n2024-02-01,t-1,s,Backup,1,\n"),
    );
    let told: Vec<String> = outcome.problems.kept().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("consumption.csv:2: tenant_id: `t-9` is no tenant of `customers`") && told[0].contains("(2 rows)"),
        "{}",
        told[0]
    );
}

#[test]
fn a_file_of_no_known_format_is_told_the_nearest_one() {
    let sources = folder(&[
        ("costs.csv", b"ProviderName,ChargeCategory,ChargePeriodStart,EffectiveCost,Service\n"),
        ("links.csv", b"tenant_id,principal_id,partner_id\n"),
        ("x.xlsx", b""),
    ]);
    let told = |name: &str| Home::new().try_import(&sources.path().join(name), None).unwrap_err().to_string();
    insta::assert_snapshot!(["costs.csv", "links.csv", "x.xlsx"].map(told).join("\n"));
    assert_eq!(engine::formats::format_named("fokus").unwrap_err().to_string(), "there is no import format `fokus`; did you mean `focus`?");
    assert_eq!(engine::formats::format_named("Focus").unwrap(), Format::Focus);
}

#[test]
fn leftovers_of_an_import_that_was_not_committed_are_never_read() {
    let mut home = Home::new();
    home.import_text("partners.csv", "partner_id,global_partner_id,name\n101,900,Alpha\n");
    write(home.folder.path(), "lake/partners/b9.parquet", b"half a file");
    assert_eq!(home.rows().program.partners.len(), 1);
}
