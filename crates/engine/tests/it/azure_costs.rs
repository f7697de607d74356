//! Cost Management exports: actual and amortised, in every style that they come in.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, StringArray};
use domain::amount::Amount;
use engine::fates::Fate;
use engine::formats::Format;

use crate::importing::{Home, fates};
use crate::samples::sample;
use crate::scene::{folder, gzip, parquet, shared};

const HEADER: &str =
    "SubscriptionId,Date,MeterCategory,CostInBillingCurrency,BillingCurrencyCode,ChargeType,PublisherType,Frequency,PricingModel\n";

fn row(day: &str, meter: &str, cost: &str, charge: &str, model: &str) -> String {
    format!("s-1,{day},{meter},{cost},USD,{charge},Azure,UsageBased,{model}\n")
}

fn import(home: &mut Home, name: &str, bytes: &[u8]) -> engine::import::Outcome {
    let sources = folder(&[(name, bytes)]);
    home.try_import(&sources.path().join(name), Some("t-1")).unwrap()
}

/// The costs of all rows of a lake.
fn costs(home: &Home) -> Vec<String> {
    let mut costs: Vec<String> = home.rows().program.consumption.iter().map(|row| format!("{} {}", row.usage_date, row.acr_usd)).collect();
    costs.sort();
    costs
}

#[test]
fn actual_and_amortised_exports_of_one_month_make_covered_usage_count_once_in_either_order() {
    let usage = row("07/14/2024", "Storage", "1.5", "Usage", "OnDemand");
    let actual = format!(
        "{HEADER}{usage}{}{}",
        row("07/14/2024", "VM", "0", "Usage", "Reservation"),
        row("07/14/2024", "VM", "300", "Purchase", "Reservation")
    );
    let amortised = format!(
        "{HEADER}{usage}{}{}",
        row("07/14/2024", "VM", "7", "Usage", "Reservation"),
        row("07/14/2024", "VM", "3", "UnusedReservation", "Reservation")
    );
    for order in [[&actual, &amortised], [&amortised, &actual]] {
        let mut home = Home::new();
        let [first, second] = order.map(|text| import(&mut home, "costs.csv", text.as_bytes()));
        assert_eq!(costs(&home), ["2024-07-14 1.5", "2024-07-14 7"]);
        let all = [&first, &second].map(|outcome| outcome.totals.of(Fate::Superseded).rows);
        assert_eq!(all, [0, 0], "nothing is taken back");
    }
}

#[test]
fn a_restated_export_takes_the_place_of_the_old_days_of_a_subscription() {
    let mut home = Home::new();
    import(&mut home, "costs.csv", format!("{HEADER}{}", row("07/14/2024", "Storage", "1.5", "Usage", "OnDemand")).as_bytes());
    let outcome = import(&mut home, "costs.csv", format!("{HEADER}{}", row("2024-07-14", "Storage", "2", "Usage", "OnDemand")).as_bytes());
    assert_eq!(fates(&outcome), "consumption accepted 1 2\nconsumption superseded 1 1.5");
}

#[test]
fn the_same_rows_in_any_form_give_the_same_facts() {
    let text = format!(
        "{HEADER}{}{}",
        row("07/14/2024", "Storage", "1.5", "Usage", "OnDemand"),
        row("07/15/2024", "Storage", "2", "Usage", "OnDemand")
    );
    let tabs = text.replace(',', "\t");
    let marked = format!("\u{feff}{}", text.replacen("SubscriptionId", "\"SubscriptionId\"", 1));
    let cased = text.replacen(HEADER, &HEADER.to_lowercase(), 1);
    let european = text.replace("07/14/2024", "14/07/2024").replace("07/15/2024", "15/07/2024");
    let texts = |text: &str| Arc::new(StringArray::from(vec![text, text])) as ArrayRef;
    let columns = parquet(vec![
        ("subscriptionid", texts("s-1")),
        ("date", Arc::new(Date32Array::from(vec![19_918, 19_919]))),
        ("meterCategory", texts("Storage")),
        ("costInBillingCurrency", Arc::new(Decimal128Array::from(vec![15, 20]).with_precision_and_scale(18, 1).unwrap())),
        ("billingCurrency", texts("USD")),
        ("chargeType", texts("Usage")),
    ]);
    let forms: [(&str, Vec<u8>); 7] = [
        ("a.csv", text.clone().into_bytes()),
        ("a.tsv", tabs.clone().into_bytes()),
        ("tabs.csv", tabs.into_bytes()),
        ("a.csv.gz", gzip(&marked)),
        ("cased.csv", cased.into_bytes()),
        ("european.csv", european.into_bytes()),
        ("a.parquet", columns),
    ];
    for (name, bytes) in forms {
        let mut home = Home::new();
        let outcome = import(&mut home, name, &bytes);
        assert_eq!(outcome.files[0].format, Format::AzureCostEa, "{name}");
        assert_eq!(fates(&outcome), "consumption accepted 2 3.5", "{name}: {:?}", outcome.problems.kept());
        assert_eq!(costs(&home), ["2024-07-14 1.5", "2024-07-15 2"], "{name}");
    }
}

#[test]
fn costs_in_another_currency_become_dollars_at_the_rate_of_their_month_exactly() {
    let costs_in_francs = format!(
        "{HEADER}{}{}",
        row("07/14/2024", "Storage", "0.1", "Usage", "OnDemand").replace("USD", "chf"),
        row("06/30/2024", "Storage", "2", "Usage", "OnDemand").replace("USD", "CHF")
    );
    let mut home = Home::new();
    let without = import(&mut home, "costs.csv", costs_in_francs.as_bytes());
    assert_eq!(fates(&without), "consumption quarantined 2 2.1");
    let problem = without.problems.kept()[0].to_string();
    assert!(
        problem.contains("the cost is in `CHF`, and no rate of 2024-07 is known for it; hint: import the rates of 2024-07"),
        "{problem}"
    );

    import(&mut home, "rates.csv", b"CurrencyCode,USDPerUnit,Month\nCHF,1.123456789012345678,202407\n");
    let july = import(&mut home, "costs.csv", costs_in_francs.as_bytes());
    assert_eq!(fates(&july), "consumption accepted 1 0.112345678901234568\nconsumption quarantined 1 2");
    import(&mut home, "exchange_rates.csv", b"month,currency,usd_per_unit\n2024-06,CHF,1.11\n");
    let june = import(&mut home, "costs.csv", costs_in_francs.as_bytes());
    assert_eq!(fates(&june), "consumption accepted 1 2.22\nconsumption duplicate 1 0.112345678901234568");
    assert!(import(&mut home, "costs.csv", costs_in_francs.as_bytes()).changes_nothing());

    // a corrected rate restates what was imported with the old one
    import(&mut home, "rates.csv", b"CurrencyCode,USDPerUnit,Month\nCHF,1.2,Jun 2024\n");
    let corrected = import(&mut home, "costs.csv", costs_in_francs.as_bytes());
    assert_eq!(
        fates(&corrected),
        "consumption accepted 1 2.4\nconsumption duplicate 1 0.112345678901234568\nconsumption superseded 1 2.22"
    );
}

#[test]
fn rates_and_costs_may_come_in_one_folder_whatever_they_are_called() {
    let costs_in_francs = format!("{HEADER}{}", row("07/14/2024", "Storage", "2", "Usage", "OnDemand").replace("USD", "CHF"));
    let sources = folder(&[("a.csv", costs_in_francs.as_bytes()), ("z.tsv", b"CurrencyCode\tUSDPerUnit\tMonth\nCHF\t1.5\t202407\n")]);
    let mut home = Home::new();
    let outcome = home.try_import(sources.path(), Some("t-1")).unwrap();
    assert_eq!(fates(&outcome), "consumption accepted 1 3\nexchange_rates accepted 1 0");
    assert!(home.try_import(sources.path(), Some("t-1")).unwrap().files.iter().all(|file| file.same_as.is_some()));
}

#[test]
fn a_file_that_a_column_is_missing_from_is_told_the_nearest_format() {
    let told = |header: &str| {
        let sources = folder(&[("costs.csv", header.as_bytes())]);
        Home::new().try_import(&sources.path().join("costs.csv"), None).unwrap_err().to_string()
    };
    let said = told(&HEADER.replace("ChargeType", "Charge"));
    assert!(said.contains("the nearest is `azure-cost-ea`, which also needs `ChargeType`"), "{said}");
    let said = told("customerTenantId,SubscriptionId,date,meterCategory,billingCurrency,chargeType\n");
    assert!(said.contains("the nearest is `azure-cost-mca-partner`, which also needs `costInBillingCurrency`"), "{said}");
}

#[test]
fn both_samples_in_one_folder_beside_tables_are_read_together() {
    let read = |name: &str| std::fs::read(sample(name)).unwrap();
    let sources = folder(&[
        ("subscriptions.csv", b"subscription_id,tenant_id\naaaaaaaa-0000-4000-8000-000000000001,t-7\n"),
        ("a-costs.csv", &read("azure-cost-ea.csv")),
        ("b-costs.csv", &read("azure-cost-mca-partner.csv")),
        ("notes.csv", b"what,ever\n"),
        ("old/subscriptions.csv", b"subscription_id,tenant_id\ns-9,t-9\n"),
    ]);
    let mut home = Home::new();
    let outcome = home.try_import(sources.path(), None).unwrap();
    let files: Vec<String> = outcome.files.iter().map(|file| format!("{} {}", file.name, file.format)).collect();
    assert_eq!(files, ["subscriptions.csv dataset", "a-costs.csv azure-cost-ea", "b-costs.csv azure-cost-mca-partner"]);
    let strange: Vec<&str> =
        outcome.problems.kept().iter().filter(|problem| problem.reason == "unknown-file").map(|problem| problem.file.as_str()).collect();
    assert_eq!(strange, ["notes.csv", "old/subscriptions.csv"]);
    assert!(home.rows().program.consumption.iter().any(|row| row.tenant_id.as_str() == "t-7"));
}

#[test]
fn every_row_of_the_real_export_has_a_fate_and_totals_agree_with_the_file() {
    let Some(path) = shared("azure-ea-actual-cost.csv") else { return };
    let mut home = Home::new();
    let outcome = home.try_import(&path, Some("11111111-2222-3333-4444-555555555555")).unwrap();
    assert_eq!(outcome.files[0].format, Format::AzureCostEa);
    assert_eq!(fates(&outcome), "consumption accepted 10 5.2950077867419368\nconsumption ignored 1 3.25");

    let mut reader = csv::Reader::from_path(&path).unwrap();
    let place = reader.headers().unwrap().iter().position(|name| name == "Cost").unwrap();
    let total: Amount = reader.records().map(|record| record.unwrap()[place].parse::<Amount>().unwrap()).sum();
    assert_eq!(outcome.totals.incoming().amount, total);

    let again = home.try_import(&path, Some("11111111-2222-3333-4444-555555555555")).unwrap();
    assert!(again.changes_nothing());
    assert_eq!(fates(&again), format!("consumption duplicate 11 {total}"));
}

#[test]
fn usage_of_a_subscription_that_comes_from_two_sources_is_told_once() {
    let mut home = Home::new();
    let usage = format!(
        "{HEADER}{}{}",
        row("07/14/2024", "Storage", "1.5", "Usage", "OnDemand"),
        row("08/14/2024", "Storage", "1.5", "Usage", "OnDemand")
    );
    assert!(import(&mut home, "costs.csv", usage.as_bytes()).problems.is_empty());
    let table = "usage_date,tenant_id,subscription_id,service,acr_usd\n2024-07-01,t-1,S-1,Storage,1\n2024-08-01,t-1,s-1,Storage,1\n2024-07-01,t-1,s-2,Storage,1\n";
    let outcome = import(&mut home, "consumption.csv", table.as_bytes());
    let told: Vec<String> = outcome.problems.kept().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "consumption.csv:2: subscription_id: what is told of subscription `s-1` in 2024-07 comes from `dataset` and from `azure-cost-ea`, and counts twice (2 rows); \
          hint: keep one source for each of them, and undo the import of the other"
        ]
    );
}
