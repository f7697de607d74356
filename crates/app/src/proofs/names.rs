//! Names of files as labels: shown, never used as paths.

/// The longest label, in characters.
const CHARACTERS_MAX: usize = 120;

/// A file's name as a label: the last part of a path, without what moves cursors or turns the direction of text around.
#[must_use]
pub fn label(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|letter| !letter.is_control() && !turns_text(*letter)).collect();
    let shown = shown.trim_matches([' ', '.']).to_owned();
    if shown.is_empty() {
        return "proof".to_owned();
    }
    if shown.chars().count() <= CHARACTERS_MAX {
        return shown;
    }
    // the ending tells people what to open the file with
    let ending: String = match shown.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= 10 => format!(".{ending}"),
        _ => String::new(),
    };
    let kept = CHARACTERS_MAX - ending.chars().count() - 1;
    let begin: String = shown.chars().take(kept).collect();
    format!("{begin}…{ending}")
}

/// Characters that are not seen, and change how the text around them is read.
const fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_harmless_labels() {
        assert_eq!(label("../../etc/passwd"), "passwd");
        assert_eq!(label("C:\\temp\\order.pdf"), "order.pdf");
        assert_eq!(label("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(label("a\r\nSet-Cookie: x.pdf"), "aSet-Cookie: x.pdf");
        assert_eq!(label("..."), "proof");
        assert_eq!(label(&format!("{}.pdf", "x".repeat(500))).chars().count(), CHARACTERS_MAX);
        assert!(label(&format!("{}.pdf", "x".repeat(500))).ends_with("….pdf"));
        assert_eq!(label("Nachweis für März.docx"), "Nachweis für März.docx");
    }
}
