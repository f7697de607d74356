//! Homes whose files are in storage: a folder here, S3 and Azure in the tests with emulators.

use std::path::Path;

use serde_json::Value;

use crate::commands::scene::{Ran, Scene};

const HEADER: &str = "usage_date,tenant_id,subscription_id,service,acr_usd\n";

/// What can be done in a home is done in one whose files are in a storage, with the same answers as in one whose files are in its folder.
/// `run` runs the program with what the storage needs.
pub fn is_a_home_like_others(storage: &str, run: &dyn Fn(&Scene, &[&str]) -> Ran) {
    let (scene, plain) = (Scene::with_exports(), Scene::with_exports());
    let done = |scene: &Scene, arguments: &[&str]| {
        let ran = run(scene, arguments);
        assert_eq!(ran.exit, Some(0), "{arguments:?}: {ran}");
        ran.stdout
    };
    done(&scene, &["import", "exports", "--storage", storage]);
    done(&plain, &["import", "exports"]);
    for scene in [&scene, &plain] {
        scene.write("later/consumption.csv", &format!("{HEADER}2024-07-10,t-alpine,s-alpine,Virtual Network,5000\n"));
        done(scene, &["import", "later"]);
    }
    let asks = |scene: &Scene| {
        let ask = |arguments: &[&str]| done(scene, arguments);
        let scores = ask(&["score", "show", "--as-of", "2024-08-10", "-o", "csv"]);
        scores + &ask(&["credit", "--as-of", "2024-08-10", "-o", "csv"]) + &ask(&["period", "list", "-o", "csv"])
    };
    assert_eq!(asks(&scene), asks(&plain));
    // another machine has the same ledger and no copies
    let other = Scene::empty();
    other.write("home/storage", &scene.read("home/storage"));
    std::fs::copy(scene.folder.path().join("home/counterfoil.db"), other.folder.path().join("home/counterfoil.db")).unwrap();
    assert_eq!(asks(&other), asks(&plain));
    // what an undo takes back is made of pieces, which are fetched as well
    let first = scene.folder.path();
    for scene in [&scene, &plain] {
        // files are called after their batches, which sort by time
        let latest = files(scene, "home/lake").into_iter().filter_map(|name| name.split_once('.').map(|(id, _)| id.to_owned())).max();
        if scene.folder.path() == first {
            std::fs::remove_dir_all(scene.folder.path().join("home/lake")).unwrap();
        }
        done(scene, &["ledger", "undo", &latest.unwrap(), "--reason", "wrong"]);
    }
    assert_eq!(asks(&scene), asks(&plain));
    assert_eq!(state(&run(&scene, &["doctor", "-o", "json"]), "storage"), "well");
    assert_eq!(files(&scene, "home/lake").len(), files(&plain, "home/lake").len(), "copies are of the same files");
    // a home that is there moves, and moving again puts back what went missing
    let below = format!("{storage}-moved");
    assert!(done(&plain, &["store", "move", &below, "-o", "table"]).contains("the home keeps its files in"));
    std::fs::remove_dir_all(plain.folder.path().join("home/lake")).unwrap();
    assert_eq!(asks(&scene), asks(&plain));
    assert!(done(&plain, &["store", "move", &below, "-o", "table"]).contains(", 0 of them copied now"));
}

/// The names of the files below a folder.
fn files(scene: &Scene, folder: &str) -> Vec<String> {
    let mut open = vec![scene.folder.path().join(folder)];
    let mut names = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.path().is_dir() {
                true => open.push(entry.path()),
                false => names.push(entry.file_name().to_string_lossy().into_owned()),
            }
        }
    }
    names
}

/// How doctor finds a thing to stand.
pub fn state(doctor: &Ran, what: &str) -> String {
    let findings: Value = serde_json::from_str(&doctor.stdout).unwrap();
    let found = findings.as_array().unwrap().iter().find(|finding| finding["what"] == what);
    found.map_or_else(|| format!("nothing of {what}: {doctor}"), |finding| finding["state"].as_str().unwrap().to_owned())
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_home_whose_files_are_in_a_folder_elsewhere_is_a_home_like_others() {
    let storage = tempfile::tempdir().unwrap();
    let url = format!("file://{}", storage.path().join("files").display());
    is_a_home_like_others(&url, &|scene, arguments| scene.run(arguments));
}

#[test]
fn doctor_tells_what_went_missing_from_the_storage_and_moving_puts_it_back() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports", "--storage", "files"]).exit, Some(0));
    let gone = only_file(&scene.folder.path().join("files/lake/partners"));
    std::fs::remove_file(&gone).unwrap();
    let doctor = scene.run(&["doctor", "-o", "json"]);
    assert_eq!((doctor.exit, state(&doctor, "storage")), (Some(1), "broken".to_owned()));
    assert!(doctor.stdout.contains("1 file that the manifest names are not in file://FOLDER/files"), "{doctor}");
    assert_eq!(scene.run(&["store", "move", "files"]).exit, Some(0));
    assert_eq!(scene.run(&["doctor"]).exit, Some(0));
    // without the copy and without the storage nothing is made up
    std::fs::remove_file(&gone).unwrap();
    std::fs::remove_dir_all(scene.folder.path().join("home/lake")).unwrap();
    let ran = scene.run(&["score", "show", "--as-of", "2024-08-10"]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("is not here and cannot be fetched"), "{ran}");
    std::fs::rename(scene.folder.path().join("files"), scene.folder.path().join("away")).unwrap();
    let ran = scene.run(&["import", "exports"]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("/files` is not there"), "{ran}");
}

#[test]
fn a_home_keeps_to_its_storage_and_other_wishes_are_answered_with_the_way() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let ran = scene.run(&["import", "exports", "--storage", "files"]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("`counterfoil store move file://FOLDER/files` moves them"), "{ran}");
    for (url, told) in [
        ("gs://bucket/home", "this kind of storage is not known"),
        ("s3://key:secret@bucket", "keys go into variables"),
        ("az://container/home", "set `AZURE_STORAGE_ACCOUNT_NAME`"),
    ] {
        let ran = scene.run(&["store", "move", url]);
        assert!(ran.exit == Some(1) && ran.stderr.contains(told) && !ran.stderr.contains("secret"), "{ran}");
    }
    assert!(!scene.folder.path().join("home/storage").exists());
    let fresh = Scene::with_exports();
    let ran = fresh.run(&["import", "exports", "--storage", "gs://bucket"]);
    assert!(ran.exit == Some(1) && !fresh.folder.path().join("home/storage").exists(), "{ran}");
}

#[test]
fn a_url_is_imported_as_a_path_is_and_shown_by_its_url() {
    let scene = Scene::with_exports();
    let url = format!("file://{}/exports", scene.folder.path().canonicalize().unwrap().display());
    assert_eq!(scene.run(&["import", &url]).exit, Some(0));
    let listed = scene.run(&["ledger", "list", "-o", "json", "--query", "[].[source, rows]"]).stdout;
    let plain = Scene::with_exports();
    assert_eq!(plain.run(&["import", "exports"]).exit, Some(0));
    let of_path = plain.run(&["ledger", "list", "-o", "json", "--query", "[].[source, rows]"]).stdout;
    assert_eq!(listed.replace("file://FOLDER/exports", "exports"), of_path);
    let again = scene.run(&["import", "exports", "--pattern", "partner*.csv", "-o", "json", "--query", "[].files[].file"]);
    assert!(again.stdout.contains("partners.csv") && !again.stdout.contains("customers.csv"), "{again}");
    let ran = scene.run(&["import", "exports", "--pattern", "*.parquet"]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("below `exports` there is nothing that fits `*.parquet`"), "{ran}");
    scene.write("strange/a.csv", "a,b\n1,2\n");
    let ran = scene.run(&["import", &url.replace("/exports", "/strange")]);
    assert!(ran.exit == Some(1) && !ran.stderr.contains("fetched"), "{ran}");
}
