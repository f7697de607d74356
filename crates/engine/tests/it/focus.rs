//! `focus`: which charges are consumption.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, StringArray, TimestampMicrosecondArray};
use domain::amount::Amount;
use engine::fates::Fate;

use crate::importing::{Home, fates};
use crate::scene::{folder, parquet, shared};

const HEADER: &str = "ProviderName,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,BillingCurrency,ServiceName,SubAccountId,ResourceId,PublisherName,x_SkuOfferId,x_CustomerId,Id\n";

#[test]
fn usage_of_the_own_provider_is_consumption_and_the_rest_is_ignored_by_a_rule() {
    let text = format!(
        "{HEADER}\
         Microsoft,Usage,2024-09-18 22:00:00,2024-09-18 23:00:00,1.50,USD,Storage Accounts,/subscriptions/S-1,/subscriptions/s-1/x,Microsoft,Support,T-1,17\n\
         Microsoft,Usage,2024-08-01T00:00:00Z,2024-09-01T00:00:00Z,2,usd,Backup,/subscriptions/S-1,NULL,NULL,NULL,NULL,NULL\n\
         Microsoft,Purchase,2024-09-18,2024-09-19,100,USD,Reservations,/subscriptions/S-1,NULL,Microsoft,,,\n\
         Microsoft,Usage,2024-09-18,2024-09-19,7,USD,Appliance,/subscriptions/S-1,NULL,Acme,,,\n\
         AWS,Usage,2024-09-18,2024-09-19,3,USD,SQS,5173,NULL,Amazon,,,\n\
         Microsoft,Usage,2024-09-18,2024-09-19,3,EUR,Backup,/subscriptions/S-1,NULL,,,,\n\
         Microsoft,Usage,18/09/2024,2024-09-19,3,USD,Backup,/subscriptions/S-1,NULL,,,,\n"
    );
    let sources = folder(&[("costs.csv", text.as_bytes())]);
    let mut home = Home::new();
    let outcome = home.try_import(&sources.path().join("costs.csv"), Some("t-0")).unwrap();
    assert_eq!(fates(&outcome), "consumption accepted 2 3.5\nconsumption quarantined 2 6\nconsumption ignored 3 110");
    let ignored: Vec<_> = outcome.rules().into_iter().map(|(rule, rows)| format!("{rule} {rows}")).collect();
    assert_eq!(ignored, ["charge-category-not-consumption 1", "marketplace 1", "provider-not-in-program 1"]);
    let told: Vec<String> = outcome.problems.kept().iter().map(|problem| format!("{}: {problem}", problem.reason)).collect();
    insta::assert_snapshot!(told.join("\n"));
    let rows: Vec<String> = home.rows().program.consumption.iter().map(|row| format!("{row:?}")).collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn version_1_3_names_the_service_provider_and_dollars_come_from_their_own_column() {
    let text = "ServiceProviderName,HostProviderName,ChargeCategory,ChargePeriodStart,EffectiveCost,BillingCurrency,ServiceName,SubAccountId,x_EffectiveCostInUsd\n\
                Microsoft,Microsoft,Usage,2024-09-18T00:00Z,3,EUR,Backup,/subscriptions/S-1,3.3000000000000000001\n";
    let sources = folder(&[("costs.csv", text.as_bytes())]);
    let outcome = Home::new().try_import(&sources.path().join("costs.csv"), Some("t-0")).unwrap();
    assert_eq!(fates(&outcome), "consumption accepted 1 3.3");
    assert_eq!(outcome.problems.kept()[0].reason, "rounded-amount");
}

#[test]
fn parquet_with_instants_and_floats_is_read_with_a_warning() {
    let texts = |texts: [&str; 2]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let micros = |days: i64| days * 86_400_000_000 + 3_600_000_000;
    let bytes = parquet(vec![
        ("ProviderName", texts(["Microsoft", "AWS"])),
        ("ChargeCategory", texts(["Usage", "Usage"])),
        ("ChargePeriodStart", Arc::new(TimestampMicrosecondArray::from(vec![micros(19_782), micros(19_783)]).with_timezone("UTC"))),
        ("EffectiveCost", Arc::new(Float64Array::from(vec![1e-7, 2.5]))),
        ("BillingCurrency", texts(["USD", "USD"])),
        ("ServiceName", texts(["Backup", "SQS"])),
        ("SubAccountId", texts(["/subscriptions/s-1", "17"])),
    ]);
    let sources = folder(&[("part-0.snappy.parquet", &bytes)]);
    let mut home = Home::new();
    let outcome = home.try_import(sources.path(), Some("t-0")).unwrap();
    assert_eq!(fates(&outcome), "consumption accepted 1 0.0000001\nconsumption ignored 1 2.5");
    assert_eq!(outcome.problems.kept().iter().map(|problem| problem.reason).collect::<Vec<_>>(), ["float-column"]);
    assert_eq!(home.rows().program.consumption[0].usage_date.to_string(), "2024-02-29");
}

#[test]
fn every_row_of_the_real_sample_has_a_fate_and_totals_agree_with_the_file() {
    let Some(path) = shared("focus-1.0-sample.csv") else { return };
    let mut home = Home::new();
    let outcome = home.try_import(&path, Some("11111111-2222-3333-4444-555555555555")).unwrap();
    assert_eq!(outcome.totals.incoming().rows, 1_000);
    assert_eq!(outcome.totals.of(Fate::Accepted).rows, 51);
    assert_eq!(outcome.totals.of(Fate::Ignored).rows, 949);

    let mut reader = csv::Reader::from_path(&path).unwrap();
    let place = reader.headers().unwrap().iter().position(|name| name == "EffectiveCost").unwrap();
    let total: Amount = reader.records().map(|record| record.unwrap()[place].parse::<Amount>().unwrap()).sum();
    assert_eq!(outcome.totals.incoming().amount, total);

    let rows = home.rows().program.consumption;
    assert_eq!(rows.iter().map(|row| row.acr_usd).sum::<Amount>(), outcome.totals.of(Fate::Accepted).amount);
    let subscriptions: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.subscription_id.as_str()).collect();
    assert_eq!(subscriptions.len(), 4);
    assert!(rows.iter().all(|row| row.resource_id.is_some()));
}
