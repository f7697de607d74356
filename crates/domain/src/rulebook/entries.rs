//! Every value of a rulebook with its place in it: `modern-work/enterprise/net-customer-adds/seats.from`.
//!
//! The place of a value of an area is `area/track/metric/part/field`, without the parts that have no name; elsewhere it is
//! `file.field`. A gate or a scoring step goes by its first certification and, if dated, by its first day
//! (`gates.az-500@2023-12-01.people`).

use toml::{Table, Value};

use crate::rulebook::Rulebook;

/// A value with its place and its source.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Entry {
    /// The place of the value.
    pub path: String,
    /// The value, as files write it.
    pub value: Value,
    /// Where it comes from.
    pub source: String,
    /// Where sources leave a choice: the reading taken and the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// What else a reader should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Entry {
    /// The last part of the place: what kind of value it is.
    #[must_use]
    pub fn field(&self) -> &str {
        self.path.rsplit(['.', '/']).next().unwrap_or(&self.path)
    }

    /// The value as people read it: a list with commas, a text without quotes.
    #[must_use]
    pub fn shown(&self) -> String {
        fn shown(value: &Value) -> String {
            match value {
                Value::String(text) => text.clone(),
                Value::Array(elements) => elements.iter().map(shown).collect::<Vec<_>>().join(", "),
                value => value.to_string(),
            }
        }
        shown(&self.value)
    }

    /// The entries of a list as people read them; nothing for a value that is no list.
    #[must_use]
    pub fn elements(&self) -> Option<Vec<String>> {
        let text = |element: &Value| element.as_str().map_or_else(|| element.to_string(), str::to_owned);
        self.value.as_array().map(|elements| elements.iter().map(text).collect())
    }

    /// The file that holds the place, below the folder of the version.
    #[must_use]
    pub fn file(&self) -> String {
        let first = self.path.split(['/', '.']).next().unwrap_or(&self.path);
        let named = || self.path.split('.').nth(1).unwrap_or_default();
        match first {
            "services" => "imports/services.toml".to_owned(),
            "imports" => format!("imports/{}.toml", named()),
            "lists" => format!("lists/{}.toml", named()),
            "azure-roles" | "certifications" | "rate-card" | "service-aliases" | "workload-aliases" => format!("lists/{first}.toml"),
            "sources" | "contradictions" => format!("{first}.toml"),
            "pal" | "dpor" | "csp" | "cpor" | "people" => format!("associations/{first}.toml"),
            _ if self.path.contains('/') => format!("designations/{first}.toml"),
            _ => "rulebook.toml".to_owned(),
        }
    }
}

/// Keys that tell about a value and are none.
const ABOUT: [&str; 5] = ["source", "choice", "note", "title", "rule"];
/// Keys that leave no trace in a place.
const SILENT: [&str; 7] = ["tracks", "metrics", "parts", "measure", "choice", "values", "rules"];

/// A place while it grows: within an area, names are separated by `/` down to the first field.
#[derive(Clone)]
struct Place {
    text: String,
    in_area: bool,
}

impl Place {
    /// The place of a child of one of the [`ROOTS`].
    fn root(key: &str, name: &str, child: &str) -> Self {
        let root = Self { text: name.to_owned(), in_area: false };
        Self { in_area: key == "areas", ..root.key(child) }
    }

    /// The place of a key of the table at this place.
    fn key(&self, key: &str) -> Self {
        if SILENT.contains(&key) {
            return self.clone();
        }
        let separator = if self.in_area { "/" } else { "." };
        let text = if self.text.is_empty() { key.to_owned() } else { format!("{}{separator}{key}", self.text) };
        Self { text, in_area: false }
    }

    /// The place of an element of the array at this place: by its name, if it has one.
    fn element(&self, element: &Value) -> Self {
        let name = ["track", "metric", "part"].iter().find_map(|key| element.get(*key)?.as_str());
        if let Some(name) = name {
            return Self { in_area: true, ..self.key(name) };
        }
        if let Some(rule) = element.get("rule").and_then(Value::as_str) {
            return self.key(rule);
        }
        if let Some(topic) = element.get("topic").and_then(Value::as_str) {
            return self.key(topic);
        }
        let Some(first) = element.get("any_of").and_then(|any_of| any_of.get(0)?.as_str()) else { return self.clone() };
        match element.get("from").and_then(Value::as_str) {
            Some(from) => self.key(&format!("{first}@{from}")),
            None => self.key(first),
        }
    }
}

/// The tables of a rulebook that hold values, with the names that they go by.
const ROOTS: [(&str, &str); 11] = [
    ("program", ""),
    ("associations", ""),
    ("areas", ""),
    ("lists", "lists"),
    ("azure_roles", "azure-roles"),
    ("rate_card", "rate-card"),
    ("certifications", "certifications"),
    ("service_aliases", "service-aliases"),
    ("imports", "imports"),
    ("services", "services"),
    ("workload_aliases", "workload-aliases"),
];

impl Rulebook {
    /// Every value that has a source: the program's, of associations, of areas, of lists.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let tree = self.tree();
        let mut entries = Vec::new();
        for (key, name) in ROOTS {
            for (child, value) in tree.get(key).and_then(Value::as_table).into_iter().flatten() {
                walk(&Place::root(key, name, child), value, &mut entries);
            }
        }
        entries
    }

    /// Every value, also those that need no source: titles, kinds, versions, the documents, where sources disagree.
    #[must_use]
    pub fn everything(&self) -> Vec<Entry> {
        let mut entries = self.entries();
        for (key, value) in self.tree() {
            let known = ROOTS.iter().find(|(root, _)| *root == key);
            let Some(table) = value.as_table().filter(|_| known.is_some()) else {
                bare(&Place { text: key.clone(), in_area: false }, &value, &mut entries);
                continue;
            };
            let name = known.map_or("", |(_, name)| name);
            table.iter().for_each(|(child, value)| bare(&Place::root(&key, name, child), value, &mut entries));
        }
        entries
    }

    /// The rulebook with another value at a place, to ask what would be; nothing when there is no such place or the value does
    /// not fit it. The rules are not checked to fit together.
    #[must_use]
    pub fn with_value(&self, path: &str, value: Value) -> Option<Self> {
        let mut tree = self.tree();
        let roots = tree.iter_mut().filter_map(|(key, root)| Some((ROOTS.iter().find(|(known, _)| known == key)?, root.as_table_mut()?)));
        let mut children =
            roots.flat_map(|((key, name), root)| root.iter_mut().map(|(child, value)| (Place::root(key, name, child), value)));
        *children.find_map(|(place, value)| slot(&place, value, path))? = value;
        tree.try_into().ok()
    }

    /// The rulebook as TOML.
    fn tree(&self) -> Table {
        Table::try_from(self).expect("a rulebook is made of strings, whole numbers, arrays and tables")
    }
}

/// Gathers the values at and below a place.
fn walk(place: &Place, value: &Value, entries: &mut Vec<Entry>) {
    match value {
        Value::Table(table) => match table.get("source").and_then(Value::as_str) {
            Some(source) => add(place, table, source, entries),
            None => table.iter().for_each(|(key, value)| walk(&place.key(key), value, entries)),
        },
        Value::Array(elements) => elements.iter().for_each(|element| walk(&place.element(element), element, entries)),
        _ => {}
    }
}

/// Gathers what needs no source at and below a place: what has one is of [`walk`], but for its title.
fn bare(place: &Place, value: &Value, entries: &mut Vec<Entry>) {
    match value {
        Value::Table(table) if table.get("source").is_some_and(Value::is_str) => {
            let title = table.get("title").map(|title| (Place { text: format!("{}.title", place.text), in_area: false }, title));
            title.into_iter().for_each(|(place, title)| bare(&place, title, entries));
        }
        Value::Table(table) => table.iter().for_each(|(key, value)| bare(&place.key(key), value, entries)),
        Value::Array(elements) if elements.iter().any(Value::is_table) => {
            elements.iter().for_each(|element| bare(&place.element(element), element, entries));
        }
        value => {
            let (path, value) = (place.text.clone(), value.clone());
            entries.push(Entry { path, value, source: String::new(), choice: None, note: None });
        }
    }
}

/// Adds a sourced value, or each value of a table that has one source for all.
fn add(place: &Place, table: &Table, source: &str, entries: &mut Vec<Entry>) {
    let text = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut push = |place: Place, value: &Value| {
        let (path, value) = (place.text, value.clone());
        entries.push(Entry { path, value, source: source.to_owned(), choice: text("choice"), note: text("note") });
    };
    match table.get("value") {
        Some(value) => push(place.clone(), value),
        None => table.iter().filter(|(key, _)| !ABOUT.contains(&key.as_str())).for_each(|(key, value)| push(place.key(key), value)),
    }
}

/// The value at a path, at or below a place.
fn slot<'v>(place: &Place, value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    match value {
        Value::Table(table) => {
            if !table.contains_key("source") {
                return table.iter_mut().find_map(|(key, value)| slot(&place.key(key), value, path));
            }
            let has_value = table.contains_key("value");
            let is_there = |key: &str| if has_value { key == "value" && place.text == path } else { place.key(key).text == path };
            let mut values = table.iter_mut().filter(|(key, _)| !ABOUT.contains(&key.as_str()));
            values.find_map(|(key, value)| is_there(key).then_some(value))
        }
        Value::Array(elements) => elements.iter_mut().find_map(|element| slot(&place.element(element), element, path)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, toml: &str) -> Vec<String> {
        let mut entries = Vec::new();
        let place = Place { text: path.to_owned(), in_area: true };
        walk(&place, &Value::Table(toml.parse().unwrap()), &mut entries);
        entries.into_iter().map(|entry| entry.path).collect()
    }

    #[test]
    fn a_value_goes_by_area_track_metric_part_and_field() {
        let toml = r#"
            [[tracks]]
            track = "smb"
            [[tracks.metrics]]
            metric = "deployments"
            max = { value = 25, source = "s" }
            [[tracks.metrics.parts]]
            part = "cpor"
            [tracks.metrics.parts.measure.seats]
            from = { value = 11, source = "s" }
        "#;
        assert_eq!(paths("modern-work", toml), ["modern-work/smb/deployments/max", "modern-work/smb/deployments/cpor/seats.from"]);
    }

    #[test]
    fn a_dated_gate_goes_by_its_first_certification_and_first_day() {
        let gate = r#"gates = [{ people = 2, any_of = ["az-500"], from = "2023-12-01", source = "s" }]"#;
        let [any_of, from, people] = paths("security", gate).try_into().unwrap();
        assert_eq!(any_of, "security/gates.az-500@2023-12-01.any_of");
        assert!(from.ends_with(".from") && people.ends_with(".people"));
    }
}
