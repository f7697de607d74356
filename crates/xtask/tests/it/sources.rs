use crate::tracked::{files, none, text};

const LINES_MAX: usize = 600;
const LINES_MEDIAN_MAX: usize = 160;

fn sources() -> Vec<(String, String)> {
    files(&[".rs"]).into_iter().map(|file| (file.clone(), text(&file).unwrap())).collect()
}

/// The part of a source above its tests, without comments.
fn code(text: &str) -> Vec<(usize, &str)> {
    let above_tests = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = above_tests.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}

fn is_test(file: &str) -> bool {
    file.contains("/tests/")
}

#[test]
fn no_source_is_longer_than_600_lines_and_most_are_short() {
    let mut lengths: Vec<(usize, String)> = sources().into_iter().map(|(file, text)| (text.lines().count(), file)).collect();
    lengths.sort();
    let median = lengths[lengths.len() / 2].0;
    println!(
        "{} sources, median {median} lines, longest {} ({})",
        lengths.len(),
        lengths[lengths.len() - 1].0,
        lengths[lengths.len() - 1].1
    );
    let long = lengths.iter().filter(|(lines, _)| *lines > LINES_MAX);
    none(&long.map(|(lines, file)| format!("{file}: {lines} lines")).collect::<Vec<_>>(), "a file has one subject: split it by subject");
    assert!(median <= LINES_MEDIAN_MAX, "the median source has {median} lines, more than {LINES_MEDIAN_MAX}");
}

#[test]
fn a_module_of_domain_uses_only_modules_declared_above_it() {
    let list = text("crates/domain/src/lib.rs").unwrap();
    let modules: Vec<&str> = list
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").trim_start_matches("pub(crate) ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    let place = |name: &str| modules.iter().position(|module| *module == name);
    let mut trouble = Vec::new();
    for (file, text) in sources() {
        let Some(path) = file.strip_prefix("crates/domain/src/") else { continue };
        let Some(own) = path.split('/').next().and_then(|stem| place(stem.trim_end_matches(".rs"))) else { continue };
        for (at, line) in code(&text) {
            for used in modules_named(line).into_iter().filter(|used| place(used).is_some_and(|used| used > own)) {
                trouble.push(format!("{file}:{at}: `{}` uses `{used}`, which lib.rs declares below it", modules[own]));
            }
        }
    }
    none(&trouble, "the order in lib.rs is the architecture: move what both need up, or the user down");
}

/// The modules that a line names after `crate::`, in a group or alone.
fn modules_named(line: &str) -> Vec<&str> {
    let mut named = Vec::new();
    for after in line.split("crate::").skip(1) {
        let first = |text: &str| text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
        if let Some(group) = after.strip_prefix('{') {
            let mut depth = 0_usize;
            let mut start = true;
            for (at, letter) in group.char_indices() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    ' ' => {}
                    _ if start => {
                        named.push(&group[at..at + first(&group[at..])]);
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            named.push(&after[..first(after)]);
        }
    }
    named
}

#[test]
fn modules_are_found_alone_and_in_groups() {
    assert_eq!(modules_named("use crate::time::{Day, Month};"), ["time"]);
    assert_eq!(modules_named("use crate::{amount::Amount, names, time::{Day, Month}, words};"), ["amount", "names", "time", "words"]);
    assert_eq!(modules_named("fn at(day: crate::time::Day) -> crate::words::Flag"), ["time", "words"]);
}

#[test]
fn there_is_no_float_in_domain() {
    // How alike two spellings are is a float, and ends in a suggestion, not in a result.
    let is_bound = |file: &str| file.starts_with("crates/domain/src/") && !file.ends_with("/suggest.rs");
    let mut trouble = Vec::new();
    for (file, text) in sources().into_iter().filter(|(file, _)| is_bound(file)) {
        for (at, line) in code(&text) {
            let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            if words.into_iter().any(|word| ["f32", "f64"].contains(&word)) {
                trouble.push(format!("{file}:{at}: {}", line.trim()));
            }
        }
    }
    none(&trouble, "amounts are `Amount`, metric values and points are `Fraction`: both exact");
}

#[test]
fn unwrap_is_for_tests() {
    let mut trouble = Vec::new();
    let call = concat!(".unw", "rap()");
    for (file, text) in sources().into_iter().filter(|(file, _)| !is_test(file)) {
        let found = code(&text).into_iter().filter(|(_, line)| line.contains(call));
        trouble.extend(found.map(|(at, line)| format!("{file}:{at}: {}", line.trim())));
    }
    none(&trouble, "pass the error on with `?`, or say with `expect(\"…\")` which invariant we have proved");
}

#[test]
fn names_say_what_a_thing_is() {
    let refused = ["Manager", "Helper", "Util", "Utils", "Vendor", "Ticket", "Badge"];
    let mut trouble = Vec::new();
    for (file, text) in sources() {
        for (at, line) in code(&text) {
            let mut words = line
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .skip_while(|word| !["struct", "enum", "trait", "type", "mod"].contains(word));
            let name = words.nth(1).unwrap_or_default();
            if refused.iter().any(|word| name.ends_with(word) || name == word.to_lowercase()) {
                trouble.push(format!("{file}:{at}: `{name}`"));
            }
        }
    }
    none(&trouble, "docs/glossary.md has one word per thing; a type is a noun that says what it is");
}
