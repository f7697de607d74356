use crate::tracked::{files, none, root, text};

fn pages() -> Vec<(String, String)> {
    files(&[".md"]).into_iter().map(|file| (file.clone(), text(&file).unwrap())).collect()
}

/// The lines of a page outside its code blocks and comments.
fn prose(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside && !line.starts_with("<!--") {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn every_page_has_exactly_one_title() {
    let mut trouble = Vec::new();
    for (file, text) in pages() {
        let titles = prose(&text).iter().filter(|line| line.starts_with("# ")).count();
        if titles != 1 {
            trouble.push(format!("{file}: {titles} titles"));
        }
    }
    none(&trouble, "a page says one thing: one line that starts with `# `");
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut trouble = Vec::new();
    for (file, text) in pages() {
        let folder = root().join(&file).parent().unwrap().to_owned();
        for target in prose(&text).iter().flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split([')', ' ']).next()) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !target.contains("://") && !target.starts_with("mailto:") && !folder.join(path).exists() {
                trouble.push(format!("{file}: `{target}` leads nowhere"));
            }
        }
    }
    none(&trouble, "correct the link, or add what it promises");
}

#[test]
fn every_page_of_the_documentation_is_mentioned_by_another() {
    let pages = pages();
    let mut trouble = Vec::new();
    for (file, _) in pages.iter().filter(|(file, _)| file.starts_with("docs/")) {
        let name = file.rsplit('/').next().unwrap();
        if !pages.iter().any(|(other, text)| other != file && text.contains(name)) {
            trouble.push(file.clone());
        }
    }
    none(&trouble, "link it from the page that leads to it: README.md, ARCHITECTURE.md or a neighbour");
}

#[test]
fn decisions_are_numbered_without_gaps() {
    let mut expected = 1;
    for file in files(&[".md"]).iter().filter_map(|file| file.strip_prefix("docs/decisions/").map(str::to_owned)) {
        let number = format!("{expected:04}-");
        assert!(file.starts_with(&number), "docs/decisions/{file} should start with `{number}`");
        let page = text(&format!("docs/decisions/{file}")).unwrap();
        assert!(page.starts_with(&format!("# {expected}. ")), "docs/decisions/{file}: the title should start with `# {expected}. `");
        expected += 1;
    }
    assert!(expected > 1, "docs/decisions has no decision");
}

#[test]
fn every_file_of_the_rulebook_is_mentioned_in_its_readme() {
    let Some(readme) = files(&["rulebook/README.md"]).first().and_then(|file| text(file)) else {
        assert!(files(&[".toml"]).iter().all(|file| !file.starts_with("rulebook/")), "rulebook/README.md is missing");
        return;
    };
    let rules = files(&[".toml"]).into_iter().filter(|file| file.starts_with("rulebook/"));
    let silent = rules.filter(|file| {
        let name = file.rsplit('/').next().unwrap();
        let folder = file.rsplit('/').nth(1).unwrap_or_default();
        !readme.contains(name) && !readme.contains(&format!("{folder}/"))
    });
    none(&silent.collect::<Vec<_>>(), "say in rulebook/README.md what the file, or its folder `NAME/`, holds");
}

#[test]
fn no_file_names_a_place_on_somebodys_machine() {
    let places = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("../sha", "red"), concat!("C:\\Us", "ers")];
    let mut trouble = Vec::new();
    for file in files(&[]) {
        let Some(text) = text(&file) else { continue };
        for (at, line) in text.lines().enumerate() {
            if places.iter().any(|place| line.contains(place)) {
                trouble.push(format!("{file}:{}: {}", at + 1, line.trim().chars().take(160).collect::<String>()));
            }
        }
    }
    none(&trouble, "the repository must work wherever it is cloned: write a relative path or a variable");
}
