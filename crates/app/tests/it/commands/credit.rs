//! Usage as credited.

use super::scene::Scene;

#[test]
fn lines_are_in_the_order_of_their_columns() {
    let scene = Scene::with_exports();
    insta::assert_snapshot!(scene.run(&["credit", "--dataset", "exports", "--as-of", "2023-03-31", "-o", "csv"]));
}

#[test]
fn a_row_counts_once_for_an_account_when_summed() {
    let scene = Scene::with_exports();
    let ask = ["credit", "--dataset", "exports", "--as-of", "2023-03-31", "--group", "global-partner,month"];
    insta::assert_snapshot!(scene.run(&[&ask[..], &["-o", "table"]].concat()));
    insta::assert_snapshot!(scene.run(&[&ask[..], &["-o", "jsonl"]].concat()));
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let scene = Scene::with_exports();
    let ask = ["credit", "--dataset", "exports", "--as-of", "2023-03-31", "--out"];
    for name in ["credits.csv", "credits.parquet"] {
        let ran = scene.run(&[&ask[..], &[name]].concat());
        assert_eq!((ran.exit, ran.stdout.as_str()), (Some(0), ""), "{ran}");
        assert!(scene.folder.path().join(name).metadata().unwrap().len() > 0);
    }
    let on_stdout = scene.run(&[&ask[..5], &["-o", "csv"]].concat());
    assert_eq!(std::fs::read_to_string(scene.folder.path().join("credits.csv")).unwrap(), on_stdout.stdout);

    let refused = scene.run(&[&ask[..], &["nowhere/credits.csv"]].concat());
    assert_eq!(refused.exit, Some(1), "{refused}");
    insta::assert_snapshot!(scene.run(&[&ask[..], &["credits.xls"]].concat()));
    let left: Vec<_> = std::fs::read_dir(scene.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".partial")), "{left:?}");
}

#[test]
fn the_sums_in_a_parquet_file_are_those_of_the_text() {
    let scene = Scene::with_exports();
    let ask = ["credit", "--dataset", "exports", "--as-of", "2024-08-31", "--group", "global-partner,tenant,service,month", "--out"];
    let ran = scene.run(&[&ask[..], &["groups.parquet"]].concat());
    insta::assert_snapshot!(ran);
}

const BILL: &str = "ProviderName,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,BillingCurrency,ServiceName,SubAccountId,ResourceId,Tags
Microsoft,Usage,2024-07-10,2024-07-11,1.50000,USD,Key Vault,/subscriptions/S-Alpine,/subscriptions/s-alpine/resourceGroups/rg,\"{\"\"env\"\": \"\"prod\"\"}\"
Microsoft,Usage,2024-07-10,2024-07-11,0.0000001,USD,Key Vault,/subscriptions/s-tailspin,NULL,=cmd
Microsoft,Purchase,2024-07-10,2024-07-11,100,USD,Reservations,/subscriptions/s-alpine,,
AWS,Usage,2024-07-10,2024-07-11,7,USD,S3,123,,
Microsoft,Usage,2023-01-10,2023-01-11,2,USD,Key Vault,/subscriptions/s-alpine,,  blanks stay
Microsoft,Usage,soon,2023-01-11,2,USD,Key Vault,/subscriptions/s-alpine,,
";

#[test]
fn a_bill_keeps_its_rows_and_gets_the_associations_of_each() {
    let scene = Scene::with_exports();
    scene.write("bill.csv", BILL);
    let ask = ["credit", "--dataset", "exports", "--as-of", "2024-08-31", "--focus", "bill.csv", "--out", "credited.csv"];
    let ran = scene.run(&ask);
    let credited = std::fs::read_to_string(scene.folder.path().join("credited.csv")).unwrap();
    insta::assert_snapshot!(format!("{ran}── credited.csv\n{credited}"));
    for (row, own) in credited.lines().zip(BILL.lines()) {
        assert!(row.starts_with(own), "{row}");
    }
    let own = scene.run(&[&ask[..], &["--partner", "900020"]].concat());
    insta::assert_snapshot!(format!("{own}{}", std::fs::read_to_string(scene.folder.path().join("credited.csv")).unwrap()));
}

#[test]
fn a_bill_that_cannot_be_credited_leaves_nothing_behind() {
    let scene = Scene::with_exports();
    let told = |bill: &str, more: &[&str]| {
        scene.write("bill.csv", bill);
        let ask = ["credit", "--dataset", "exports", "--as-of", "2024-08-31", "--focus", "bill.csv"];
        let ran = scene.run(&[&ask[..], more].concat());
        assert!(!scene.folder.path().join("out.csv").exists() && !scene.folder.path().join("out.csv.partial").exists());
        ran.to_string()
    };
    let out = ["--out", "out.csv"];
    insta::assert_snapshot!(
        [
            told(BILL, &[]),
            told(BILL, &["--out", "out.xlsx"]),
            told(BILL, &["--out", "out.parquet"]),
            told("a,b\n1,2\n", &out),
            told(&BILL.replace(",Tags", ",x_PartnerId"), &out),
            told(&format!("{BILL}Microsoft,Usage\n"), &out),
        ]
        .concat()
    );
}
