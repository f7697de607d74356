//! What differs between rulebooks.

use domain::names::Name;
use domain::rulebook::changes::{Became, Change, changes};
use toml::Value;

use crate::properties::RULES;
use crate::rulebook::files;

#[test]
fn a_rulebook_does_not_differ_from_itself() {
    assert_eq!(changes(&RULES, &RULES), []);
}

#[test]
fn a_changed_number_is_told_by_its_place_file_and_both_values() {
    let older = &*RULES;
    let newer = older.with_value("infrastructure/net-customer-adds/points_per_unit", Value::Integer(5)).unwrap();
    let [change] = changes(older, &newer).try_into().unwrap();
    assert_eq!((change.place(), change.became()), ("infrastructure/net-customer-adds/points_per_unit", Became::Changed));
    assert_eq!(change.file(), "designations/infrastructure.toml");
    assert_eq!(change.before.unwrap().shown(), "10");
    assert_eq!(change.after.unwrap().shown(), "5");
}

#[test]
fn whatever_is_another_is_told_also_titles_documents_and_where_sources_disagree() {
    let older = &*RULES;
    let mut newer = older.clone();
    newer.program.version = "2024-01".to_owned();
    newer.contradictions.remove(0);
    let (id, document) = newer.sources.iter_mut().next().unwrap();
    document.dated = "tomorrow".to_owned();
    let dated = format!("sources.{id}.dated");
    let told = changes(older, &newer);
    let places: Vec<&str> = told.iter().map(Change::place).collect();
    assert!(places.contains(&"version") && places.contains(&dated.as_str()), "{places:?}");
    assert!(told.iter().any(|change| change.file() == "contradictions.toml" && change.became() == Became::Gone), "{places:?}");
}

#[test]
fn a_list_tells_which_entries_came_and_went_and_a_source_that_only_it_changed() {
    let older = &*RULES;
    let mut newer = older.clone();
    let list = newer.lists.values_mut().next().unwrap();
    let gone = list.values.remove(0);
    list.values.push(Name::new("another"));
    let last = newer.lists.values_mut().last().unwrap();
    last.source = "playbook#elsewhere".to_owned();
    let told = changes(older, &newer);
    let of_list = told.iter().find(|change| change.became() == Became::Changed).unwrap();
    assert_eq!((of_list.came(), of_list.went()), (vec!["another".to_owned()], vec![gone.to_string()]));
    let of_source = told.iter().find(|change| change.became() == Became::Told).unwrap();
    assert_eq!(of_source.after.as_ref().unwrap().source, "playbook#elsewhere");
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn every_place_is_in_a_file_of_the_version() {
    let files = files();
    for entry in RULES.everything() {
        assert!(files.iter().any(|(path, _)| path.ends_with(&entry.file())), "{}: {}", entry.path, entry.file());
    }
}
