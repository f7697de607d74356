//! What the documents tell people to type is what the program takes.

use std::path::{Path, PathBuf};

use app::cli;

/// The documents.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => documents(&path, found),
            Some("md") => found.push(path),
            _ => {}
        }
    }
}

/// The lines of a document's shell blocks; a backslash at the end goes on in the next one.
fn lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut language: Option<String> = None;
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), &language) {
            (Some(name), None) => language = Some(name.trim().to_owned()),
            (Some(_), Some(_)) => language = None,
            (None, Some(language)) if language == "sh" => lines.push(line.trim().to_owned()),
            (None, _) => {}
        }
    }
    lines.join("\n").replace("\\\n", " ").lines().map(str::to_owned).collect()
}

/// The words of a command up to where the shell takes over: comments, pipes, redirections. Quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut is_word) = (Vec::new(), String::new(), None, false);
    for sign in line.chars() {
        match (sign, quote) {
            (_, Some(open)) if sign == open => quote = None,
            (_, Some(_)) => word.push(sign),
            ('"' | '\'', None) => (quote, is_word) = (Some(sign), true),
            (' ', None) => {
                if is_word {
                    words.push(std::mem::take(&mut word));
                }
                is_word = false;
            }
            ('#', None) if !is_word => break,
            ('|' | '>' | '<' | '&' | ';', None) => break,
            (_, None) => {
                word.push(sign);
                is_word = true;
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

#[test]
fn every_command_in_the_documents_is_one_that_the_program_takes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![root.join("README.md")];
    documents(&root.join("docs"), &mut files);
    let (mut trouble, mut count) = (Vec::new(), 0);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let commands = lines(&text).into_iter().flat_map(|line| line.split("&& ").map(str::to_owned).collect::<Vec<_>>());
        for line in commands {
            let line = line.trim().trim_start_matches("$ ").to_owned();
            if !line.starts_with("counterfoil ") || line.contains('…') || line.contains("...") {
                continue;
            }
            count += 1;
            if let Err(error) = cli::command().try_get_matches_from(words(&line))
                && error.use_stderr()
            {
                trouble.push(format!(
                    "{}: `{line}`: {}",
                    file.file_name().unwrap().to_string_lossy(),
                    error.to_string().lines().next().unwrap()
                ));
            }
        }
    }
    assert!(count > 50, "commands are found by how they begin: {count}");
    assert!(trouble.is_empty(), "\n{}\n", trouble.join("\n"));
}
