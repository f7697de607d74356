//! Exports in a listing of objects: which of them belong together, which is complete, and their order.
//!
//! Cost Management writes the parts of one run into a folder of their own, `EXPORT/FROM-TO/[YYYYMMDDHHMM/]RUN/`, and `manifest.json` last.
//! Without partitions it writes one file, and other tools write what they like. So a folder with a manifest is one export; parts
//! (`part-0001.csv`) of a folder without one are one export; every other file is one by itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::files::FileForm;
use crate::import::hash_of_texts;
use crate::objects::Listed;

/// The file that is written into a folder when everything else is there.
const MANIFEST: &str = "manifest.json";

/// Objects that are imported together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The folder or the file, below the place that is watched; empty when it is the place itself.
    pub name: String,
    /// When it was made: as its manifest says, or else its folder, or else when its newest object was written.
    pub run_at: Timestamp,
    /// What is imported, by path.
    pub parts: Vec<Listed>,
    /// The manifest, which says that it is complete.
    pub manifest: Option<Listed>,
}

impl Export {
    /// Tells one state of the export from every other: which objects it has, how long they are, and which versions of them.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let version = |object: &Listed| object.version.clone().unwrap_or_else(|| object.modified.to_string());
        let texts: Vec<String> =
            self.parts.iter().chain(&self.manifest).flat_map(|of| [of.path.clone(), of.bytes.to_string(), version(of)]).collect();
        hash_of_texts(texts.iter().map(String::as_str))
    }

    /// The length of all that is imported, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// Takes in what the manifest says: when the run was, and which parts it has.
    ///
    /// # Errors
    /// When it does not read, or names a part that is not there, or is of another length; the text says so.
    pub fn learn(&mut self, manifest: &[u8]) -> Result<(), String> {
        let said: Value = serde_json::from_slice(manifest).map_err(|error| format!("its `{MANIFEST}` is no JSON: {error}"))?;
        let run_at = said.pointer("/runInfo/submittedTime").and_then(Value::as_str).and_then(instant);
        self.run_at = run_at.unwrap_or(self.run_at);
        let Some(blobs) = said.get("blobs").and_then(Value::as_array) else { return Ok(()) };
        for blob in blobs {
            let name = blob.get("blobName").and_then(Value::as_str).unwrap_or_default();
            let own = last(name);
            let Some(part) = self.parts.iter().find(|part| last(&part.path) == own) else {
                return Err(format!("its `{MANIFEST}` names `{own}`, which is not there"));
            };
            match blob.get("byteCount").and_then(Value::as_u64) {
                Some(bytes) if bytes != part.bytes => {
                    return Err(format!("`{own}` has {} bytes, and its `{MANIFEST}` says {bytes}", part.bytes));
                }
                _ => {}
            }
        }
        let named =
            |part: &Listed| blobs.iter().any(|blob| blob.get("blobName").and_then(Value::as_str).map(last) == Some(last(&part.path)));
        self.parts.retain(named);
        Ok(())
    }

    /// What exports are taken in the order of.
    #[must_use]
    pub fn order(&self) -> (Timestamp, &str) {
        (self.run_at, &self.name)
    }
}

/// The exports of a listing, in the order in which they are taken, as far as it is known without their manifests.
#[must_use]
pub fn exports(listed: &[Listed]) -> Vec<Export> {
    let manifests: BTreeMap<&str, &Listed> =
        listed.iter().filter(|object| last(&object.path) == MANIFEST).map(|object| (folder(&object.path), object)).collect();
    let mut found: BTreeMap<&str, Vec<Listed>> = BTreeMap::new();
    for object in listed.iter().filter(|object| is_data(last(&object.path))) {
        let folder = folder(&object.path);
        let together = manifests.contains_key(folder) || is_part(last(&object.path));
        found.entry(if together { folder } else { &object.path }).or_default().push(object.clone());
    }
    for folder in manifests.keys() {
        // a run without rows has a manifest alone
        found.entry(folder).or_default();
    }
    let export = |(name, mut parts): (&str, Vec<Listed>)| {
        parts.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest = manifests.get(name).map(|object| (*object).clone());
        let newest = parts.iter().chain(&manifest).map(|object| object.modified).max().unwrap_or(Timestamp::UNIX_EPOCH);
        Export { name: name.to_owned(), run_at: stamp(name).unwrap_or(newest), parts, manifest }
    };
    let mut exports: Vec<Export> = found.into_iter().map(export).collect();
    exports.sort_by(|a, b| a.order().cmp(&b.order()));
    exports
}

/// Whether a path fits a pattern, in which `*` stands for any letters and `?` for one; a pattern without `/` is about the file's name.
#[must_use]
pub fn fits(pattern: &str, path: &str) -> bool {
    let of = if pattern.contains('/') { path } else { last(path) };
    let (pattern, of): (Vec<char>, Vec<char>) = (pattern.chars().collect(), of.chars().collect());
    let (mut at, mut letter, mut star) = (0, 0, None);
    while letter < of.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, letter));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == of[letter] => {
                at += 1;
                letter += 1;
            }
            _ => match star {
                // the last star takes one letter more
                Some((before, taken)) => {
                    star = Some((before, taken + 1));
                    at = before + 1;
                    letter = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// Whether a file of that name may be imported.
#[must_use]
pub fn is_data(name: &str) -> bool {
    let is_hidden = name.starts_with(['.', '_']);
    !is_hidden && name != MANIFEST && (FileForm::of_name(name).is_some() || name.to_ascii_lowercase().ends_with(".json"))
}

/// Whether a file's name says that it is a part of something.
fn is_part(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let rest = name.strip_prefix("part").map(|rest| rest.trim_start_matches(['-', '_']));
    rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The instant that a folder of the path is named after, `YYYYMMDDHHMM` in UTC.
fn stamp(path: &str) -> Option<Timestamp> {
    let is_stamp = |part: &&str| part.len() == 12 && part.bytes().all(|letter| letter.is_ascii_digit());
    let at = DateTime::strptime("%Y%m%d%H%M", path.split('/').rfind(is_stamp)?).ok()?;
    TimeZone::UTC.to_timestamp(at).ok()
}

/// An instant, which may lack its zone: then it is UTC.
fn instant(text: &str) -> Option<Timestamp> {
    let local = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    text.parse().ok().or_else(local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(path: &str, minute: i64) -> Listed {
        let modified = Timestamp::from_second(1_720_000_000 + minute * 60).unwrap();
        Listed { path: path.to_owned(), bytes: 10, version: Some(format!("v{minute}")), modified }
    }

    fn names(listed: &[Listed]) -> Vec<(String, usize, bool)> {
        exports(listed).into_iter().map(|export| (export.name, export.parts.len(), export.manifest.is_some())).collect()
    }

    #[test]
    fn a_folder_with_a_manifest_is_one_export_and_a_file_without_one_is_one_by_itself() {
        let listed = [
            object("costs/20240701-20240731/run-b/part_0_0001.csv", 5),
            object("costs/20240701-20240731/run-b/part_1_0001.csv", 5),
            object("costs/20240701-20240731/run-b/manifest.json", 6),
            object("costs/20240701-20240731/costs_1.csv", 2),
            object("costs/20240701-20240731/costs_2.csv", 1),
            object("drop/part-0001.csv.gz", 3),
            object("drop/part-0002.csv.gz", 4),
            object("drop/readme.md", 9),
            object("drop/_SUCCESS", 9),
            object("drop", 9),
        ];
        let expected = [
            ("costs/20240701-20240731/costs_2.csv", 1, false),
            ("costs/20240701-20240731/costs_1.csv", 1, false),
            ("drop", 2, false),
            ("costs/20240701-20240731/run-b", 2, true),
        ];
        assert_eq!(names(&listed), expected.map(|(name, parts, manifest)| (name.to_owned(), parts, manifest)));
    }

    #[test]
    fn exports_are_ordered_by_their_run_and_then_by_name() {
        let listed =
            [object("m/202407020600/b/part_0.csv", 1), object("m/202407020600/a/part_0.csv", 9), object("m/202407010600/z/part_0.csv", 8)];
        let order: Vec<String> = names(&listed).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(order, ["m/202407010600/z", "m/202407020600/a", "m/202407020600/b"]);
        let mut late = exports(&[object("r/part_0.csv", 1), object("r/manifest.json", 1)]).remove(0);
        late.learn(br#"{"runInfo": {"submittedTime": "2030-01-01T00:00:00.1234567Z"}, "blobs": [{"blobName": "x/r/part_0.csv"}]}"#)
            .unwrap();
        assert_eq!(late.run_at.to_string(), "2030-01-01T00:00:00.1234567Z");
    }

    #[test]
    fn a_manifest_says_what_belongs_to_the_run_and_is_believed_when_it_is_there() {
        let listed = [object("r/part_0.csv", 1), object("r/part_1.csv", 1), object("r/manifest.json", 2)];
        let told = |manifest: &str| {
            let mut export = exports(&listed).remove(0);
            export.learn(manifest.as_bytes()).map(|()| export.parts.len())
        };
        assert_eq!(told(r#"{"blobs": [{"blobName": "a/r/part_0.csv", "byteCount": 10}]}"#), Ok(1));
        assert_eq!(told("{}"), Ok(2));
        assert_eq!(told(r#"{"blobCount": 0, "blobs": []}"#), Ok(0));
        assert!(told(r#"{"blobs": [{"blobName": "a/r/part_7.csv"}]}"#).unwrap_err().contains("`part_7.csv`, which is not there"));
        assert!(told(r#"{"blobs": [{"blobName": "r/part_0.csv", "byteCount": 11}]}"#).unwrap_err().contains("has 10 bytes"));
        assert!(told("not yet").unwrap_err().contains("no JSON"));
    }

    #[test]
    fn a_fingerprint_changes_with_every_object_and_only_then() {
        let listed = [object("r/part_0.csv", 1), object("r/part_1.csv", 1), object("r/manifest.json", 2)];
        let of = |listed: &[Listed]| exports(listed).remove(0).fingerprint();
        assert_eq!(of(&listed), of(&[listed[2].clone(), listed[1].clone(), listed[0].clone()]));
        for at in 0..3 {
            let mut other = listed.clone();
            other[at].version = Some("other".to_owned());
            assert_ne!(of(&listed), of(&other), "{at}");
        }
        assert_ne!(of(&listed), of(&listed[..2]));
    }

    #[test]
    fn a_pattern_is_about_names_unless_it_has_a_folder() {
        for (pattern, path) in
            [("*.csv.gz", "a/b.csv.gz"), ("a/*", "a/b/c.csv"), ("part_?.csv", "x/part_1.csv"), ("*", "a"), ("*a*b", "xaab")]
        {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("*.csv", "a/b.csv.gz"), ("b/*", "a/b.csv"), ("part_?.csv", "part_10.csv"), ("", "a")] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }
}
