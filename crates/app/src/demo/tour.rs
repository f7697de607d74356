//! What to try, in the words of the people who would ask.

/// Things to try: what somebody wants to know, and the command or the page that answers.
#[must_use]
pub fn tour() -> Vec<(String, String)> {
    let tour = [("Where do we stand? Every partner, every area", "counterfoil score show --as-of 2024-03-15")];
    tour.into_iter().map(|(what, how)| (what.to_owned(), how.to_owned())).collect()
}
