//! The nearest known name to a misspelt one.

/// How alike two names must be for one to be suggested for the other (Jaro-Winkler, 0 to 1).
const LIKENESS_MIN: f64 = 0.82;

/// The name of `known` that `text` is most likely meant to be, if any is near.
#[must_use]
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = plain(text);
    let likeness = |name: &str| strsim::jaro_winkler(&text, &plain(name));
    let (likeness, name) = known.into_iter().map(|name| (likeness(name), name)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness >= LIKENESS_MIN).then_some(name)
}

/// The names in backticks, separated by commas.
#[must_use]
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// How many names of a header a message tells.
const TOLD_MAX: usize = 12;

/// The first names in backticks, and how many more there are.
#[must_use]
pub fn list_first<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let told = list(names.by_ref().take(TOLD_MAX));
    match names.count() {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_its_neighbour_and_a_strange_one_does_not() {
        assert_eq!(nearest("TenantID", ["name", "tenant_id"]), Some("tenant_id"));
        assert_eq!(nearest("colour", ["name", "tenant_id"]), None);
    }

    #[test]
    fn twelve_names_are_told_and_the_rest_counted() {
        assert!(list_first(["a"; 12]).ends_with("`a`, `a`"));
        assert!(list_first(["a"; 57]).ends_with("`a`, `a` and 45 more"));
    }
}
