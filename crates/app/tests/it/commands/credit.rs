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
