//! What is told of input that will not do: file, line, column, value and cure; the exit code tells the rest.

use super::scene::{Ran, Scene};

fn shown(scene: &Scene) -> Ran {
    let ran = scene.run(&["score", "show", "--dataset", "exports", "--as-of", "2024-08-10", "--query", "length(@)"]);
    if ran.exit != Some(1) {
        assert_eq!(ran.stdout, "12\n", "the results are there: {ran}");
    }
    ran
}

/// What is told when lines are added to a table.
fn appended(table: &str, lines: &str) -> Ran {
    let scene = Scene::with_exports();
    scene.append(&format!("exports/{table}.csv"), lines);
    shown(&scene)
}

/// What is told when a table is replaced.
fn replaced(table: &str, text: &str) -> Ran {
    let scene = Scene::with_exports();
    scene.write(&format!("exports/{table}.csv"), text);
    shown(&scene)
}

#[test]
fn a_sound_folder_is_answered_without_a_word() {
    let ran = shown(&Scene::with_exports());
    assert_eq!((ran.exit, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn missing_and_unknown_columns() {
    insta::assert_snapshot!(replaced("pal_links", "tenant_id,principal,partner_id,linked_on\n"));
    insta::assert_snapshot!(replaced("principals", "tenant_id,principal_id,kind,colour\nt-alpine,p-ana,user,red\n"));
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(replaced("claims", ""));
}

#[test]
fn days_that_are_none_and_mixed_styles() {
    insta::assert_snapshot!(appended(
        "consumption",
        "02/30/2024,t-alpine,s-alpine,Key Vault,1\n13/02/2024,t-alpine,s-alpine,Key Vault,1\n"
    ));
}

#[test]
fn amounts_that_are_none_or_absurd_and_negative_ones() {
    let lines = "2024-01-10,t-alpine,s-alpine,Key Vault,\"1,000.50\"\n2024-01-10,t-alpine,s-alpine,Key Vault,99999999999999999999\n";
    insta::assert_snapshot!(appended("consumption", lines));
    assert_eq!(appended("consumption", "2024-01-10,t-alpine,s-alpine,Key Vault,-5\n").exit, Some(0));
}

#[test]
fn ids_that_nobody_knows_and_a_global_one_for_a_location() {
    insta::assert_snapshot!(appended("pal_links", "t-alpine,p-ana,100999,2024-03-01\nt-alpine,p-ana,900010,2024-04-01\n"));
    insta::assert_snapshot!(appended("consumption", "2024-01-10,t-nobody,s-nobody,Key Vault,1\n"));
    insta::assert_snapshot!(appended("claims", "c2,100204,t-nobody,osu-m365,teams,2023-02-01,approved\n"));
}

#[test]
fn two_partners_of_record_at_a_time() {
    insta::assert_snapshot!(appended("partner_of_record", "s-woodgrove,100300,2023-06-01,\n"));
}

#[test]
fn text_that_is_not_utf_8_and_a_word_that_is_none() {
    let scene = Scene::with_exports();
    let path = scene.folder.path().join("exports/consumption.csv");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(b"2024-01-10,t-alpine,s-alpine,Caf\xe9,1\n");
    std::fs::write(&path, bytes).unwrap();
    insta::assert_snapshot!(shown(&scene));
    insta::assert_snapshot!(appended("csp", "s-alpine,100300,direct,2022-01-01,\n"));
}

#[test]
fn a_folder_that_is_not_there_or_holds_no_table() {
    let scene = Scene::empty();
    insta::assert_snapshot!(shown(&scene));
    scene.write("exports/notes.txt", "nothing");
    insta::assert_snapshot!(shown(&scene));
}

#[test]
fn a_table_in_two_forms_and_a_misspelt_one() {
    let scene = Scene::with_exports();
    scene.write("exports/consumptoin.csv", "usage_date\n");
    insta::assert_snapshot!(shown(&scene));
    scene.write("exports/claims/part-1.csv", "claim_id\n");
    insta::assert_snapshot!(shown(&scene));
}

#[test]
fn more_troubles_than_twenty_are_counted_unless_all_are_asked_for() {
    let lines: String = (0..25).map(|at| format!("{at}/02/2024,t-alpine,s-alpine,Key Vault,1\n")).collect();
    let scene = Scene::with_exports();
    scene.append("exports/consumption.csv", &lines);
    let ask = ["score", "show", "--dataset", "exports", "--as-of", "2024-08-10", "--query", "length(@)"];
    let few = scene.run(&ask);
    assert!(few.stderr.ends_with("… and 5 more; `--all-problems` tells them all\n25 rows kept out\n"), "{few}");
    let all = scene.run(&[&ask[..], &["--all-problems"]].concat());
    assert_eq!(all.stderr.matches("consumption.csv:").count(), 25, "{all}");
}

#[test]
fn the_same_trouble_of_many_rows_is_told_once() {
    let lines = "t-alpine,p-ana,100204,nonsense\n".repeat(3);
    insta::assert_snapshot!(appended("pal_links", &lines));
}

#[test]
fn a_command_line_that_does_not_fit() {
    let scene = Scene::with_exports();
    for ask in [&["scroe", "show"][..], &["score", "show", "--as-of", "2024-02-30"], &["credit", "--group", "colour"]] {
        let ran = scene.run(ask);
        assert_eq!((ran.exit, ran.stdout.as_str()), (Some(2), ""), "{ran}");
    }
    insta::assert_snapshot!(scene.run(&["score", "show", "--as-of", "2024-02-30"]));
    insta::assert_snapshot!(scene.run(&["score", "show"]));
}

#[test]
fn a_rulebook_with_a_typo_is_refused_with_its_place() {
    let scene = Scene::with_exports();
    scene.write("rules/rulebook.toml", "version = \"x\"\n");
    let ran = scene.run(&["score", "show", "--dataset", "exports", "--rulebook", "rules"]);
    assert_eq!(ran.exit, Some(1), "{ran}");
    assert!(ran.stderr.contains("rules/rulebook.toml:1:"), "{ran}");
    insta::assert_snapshot!(scene.run(&["score", "show", "--dataset", "exports", "--rulebook", "exports"]));
}

#[test]
fn a_line_of_two_gigabytes_is_refused_in_bounded_memory() {
    const GIB: u64 = 1 << 30;
    let scene = Scene::with_exports();
    let path = scene.folder.path().join("exports/consumption.csv");
    let before = std::fs::metadata(&path).unwrap().len();
    // What is not written is read as zeros, without taking room on the disk.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(before + 2 * GIB).unwrap();
    let kib = GIB / 1024;
    for ask in
        ["score show --dataset exports --as-of 2024-08-10 --query length(@)", "import exports", "credit --dataset exports --out c.csv"]
    {
        let limited = format!("ulimit -v {kib} && exec {} {}", env!("CARGO_BIN_EXE_counterfoil"), ask.replace("length(@)", "'length(@)'"));
        let ran = std::process::Command::new("sh")
            .args(["-c", &limited])
            .current_dir(scene.folder.path())
            .env("COUNTERFOIL_HOME", "home")
            .output();
        let ran = ran.unwrap();
        let told = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(3), "{ask}: {told}");
        let row = "cannot be read after row 120: the row on line 122: a row is longer than 16 MiB; look for a quote that is opened and never closed";
        assert!(told.contains(row), "{ask}: {told}");
    }
}
