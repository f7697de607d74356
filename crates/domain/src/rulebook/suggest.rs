//! Did you mean: the known word that is most like a misspelt one.

/// How alike two words must be, of 1, to be suggested.
const ALIKE: f64 = 0.8;

/// The known word that is most like `text`, if any is like it at all.
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = text.to_lowercase();
    let scored = known.into_iter().map(|word| (strsim::jaro_winkler(&lower, &word.to_lowercase()), word));
    scored.filter(|(likeness, _)| *likeness > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, word)| word)
}

/// What to write in the place of `text`: the nearest known word, or else the list of them.
pub fn cure<'a>(text: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(word) = nearest(text, known.clone()) {
        return format!("did you mean `{word}`?");
    }
    let list = known.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    if list.is_empty() { "nothing can be written here".to_owned() } else { format!("write one of {list}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_gets_the_nearest_known_one_and_nonsense_gets_the_list() {
        assert_eq!(cure("net-customer-add", ["net-customer-adds", "deployments"]), "did you mean `net-customer-adds`?");
        assert_eq!(cure("zzz", ["floor", "title"]), "write one of `floor`, `title`");
    }
}
