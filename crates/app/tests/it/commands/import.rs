//! Files into the home and out of it.

use super::scene::Scene;

#[test]
fn every_row_has_a_fate_and_the_same_files_change_nothing() {
    let scene = Scene::with_exports();
    insta::assert_snapshot!(scene.run(&["import", "exports", "-o", "table"]));
    insta::assert_snapshot!(scene.run(&["import", "exports", "-o", "table"]));
    insta::assert_snapshot!(scene.run(&["ledger", "list", "-o", "table"]));
}

#[test]
fn the_home_answers_as_the_folder_does() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let of_folder = scene.run(&["score", "show", "--as-of", "2024-08-10", "--dataset", "exports"]);
    let of_home = scene.run(&["score", "show", "--as-of", "2024-08-10"]);
    assert_eq!(of_home, of_folder);
}

#[test]
fn what_was_exported_gives_the_same_scores_as_csv_and_as_parquet() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let before = scene.run(&["score", "show", "--as-of", "2024-08-10"]);
    insta::assert_snapshot!(scene.run(&["export", "out-csv", "-o", "table"]));
    assert_eq!(scene.run(&["export", "out-parquet", "--parquet"]).exit, Some(0));
    for folder in ["out-csv", "out-parquet"] {
        assert_eq!(scene.run(&["score", "show", "--as-of", "2024-08-10", "--dataset", folder]), before);
    }
    let again = scene.run(&["export", "out-csv"]);
    assert_eq!(again.exit, Some(1));
    insta::assert_snapshot!(again);
}

#[test]
fn a_bad_row_is_kept_out_and_told_and_the_others_stay() {
    let scene = Scene::with_exports();
    scene.append(
        "exports/consumption.csv",
        "2024-02-30,t-alpine,s-alpine,Virtual Network,10\n2024-02-28,t-alpine,s-alpine,Virtual Network,1.234,5\n",
    );
    insta::assert_snapshot!(scene.run(&["import", "exports", "-o", "csv", "--query", "[].tables[?table=='consumption'][]"]));
    insta::assert_snapshot!(scene.run(&["ledger", "show", "-o", "table"]));
}

#[test]
fn strict_imports_all_or_nothing_and_a_dry_run_nothing() {
    let scene = Scene::with_exports();
    scene.append("exports/consumption.csv", "2024-02-30,t-alpine,s-alpine,Virtual Network,10\n");
    insta::assert_snapshot!(scene.run(&["import", "exports", "--strict", "-o", "table"]));
    let dry = scene.run(&["import", "exports", "--dry-run", "-o", "json"]);
    assert_eq!(dry.exit, Some(3), "{dry}");
    assert!(dry.stdout.contains("\"batch_id\": null") && dry.stderr.ends_with("nothing was changed: this was a dry run\n"), "{dry}");
    assert_eq!(scene.run(&["ledger", "list", "-o", "json"]).stdout, "[]\n");
    let mut open = vec![scene.folder.path().join("home/lake")];
    while let Some(path) = open.pop() {
        assert!(!path.is_file(), "{} is left", path.display());
        open.extend(std::fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path()));
    }
}

#[test]
fn a_later_file_supersedes_what_it_restates() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    scene.write(
        "later/consumption.csv",
        "usage_date,tenant_id,subscription_id,service,acr_usd\n2024-08-10,t-alpine,s-alpine,Virtual Network,5000\n",
    );
    insta::assert_snapshot!(scene.run(&["import", "later", "-o", "table"]));
}

#[test]
fn a_path_that_is_of_no_format_is_told_what_is_missing() {
    let scene = Scene::with_exports();
    scene.write("strange.csv", "colour,size\nred,3\n");
    let told = [
        scene.run(&["import", "strange.csv"]),
        scene.run(&["import", "nowhere"]),
        scene.run(&["import", "strange.csv", "--format", "focsu"]),
        scene.run(&["ledger", "show", "20200101T000000000000x"]),
    ];
    assert_eq!(told.clone().map(|ran| ran.exit), [Some(1), Some(1), Some(2), Some(2)]);
    insta::assert_snapshot!(told.map(|ran| ran.stderr).concat());
}

#[test]
fn the_format_can_be_named_and_a_wrong_name_tells_those_there_are() {
    let scene = Scene::with_exports();
    scene.write("export.csv", "month,currency,usd_per_unit\n2024-07-01,EUR,1.1\n");
    let named = scene.run(&["import", "export.csv", "--source", "azure-cost-ea"]);
    assert!(named.exit == Some(1) && named.stderr.contains("the format `azure-cost-ea` needs them"), "{named}");
    for (name, said) in [("azure-cost-eu", "did you mean `azure-cost-ea`?"), ("zzz", "formats are `dataset`, `focus`, ")] {
        let wrong = scene.run(&["import", "export.csv", "--source", name]);
        assert!(wrong.exit == Some(2) && wrong.stderr.contains(said), "{wrong}");
    }
}
