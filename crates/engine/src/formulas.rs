//! Texts that a spreadsheet would run as formulas, and how they travel in separated text.
//!
//! A cell of CSV or TSV that begins with `=`, `+`, `-`, `@`, a tab or a line break is run by the spreadsheet that opens it. Such a
//! text is written with an apostrophe before it, which makes it a text; numbers stay numbers. Reading our own files takes the
//! apostrophe away again, so that what is written comes back. Source: OWASP, CSV injection.

use std::borrow::Cow;

use domain::amount::Amount;

/// What begins a formula.
const BEGINS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// The text as it stands in a cell of separated text: with an apostrophe where a spreadsheet would run it.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if begins_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`safe`] was given.
#[must_use]
pub fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| begins_formula(text)).unwrap_or(cell)
}

/// Whether a text begins like a formula, or like one that was made safe; a number does not.
fn begins_formula(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    bare.starts_with(BEGINS) && (bare.len() < text.len() || text.parse::<Amount>().is_err())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_begins_like_a_formula_is_quoted_and_a_number_is_not() {
        for (text, cell) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("@sum", "'@sum"),
            ("\t=1", "'\t=1"),
            ("-1+2", "'-1+2"),
            ("'=1", "''=1"),
            ("-12.5", "-12.5"),
            ("+1e3", "+1e3"),
            ("Key Vault", "Key Vault"),
            ("'quoted'", "'quoted'"),
            ("", ""),
        ] {
            assert_eq!(safe(text), cell);
            assert_eq!(plain(cell), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_made_safe_comes_back(text in "['=+@\t\r\n1a.-]{0,6}") {
            let cell = safe(&text);
            prop_assert_eq!(plain(&cell), text.as_str());
            prop_assert!(!cell.starts_with(BEGINS) || cell.parse::<Amount>().is_ok());
        }
    }
}
