//! Reading a rulebook from its files: texts in, typed rules or a list of problems out.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::names::Name;
use crate::rulebook::associations::{CporRules, CspRules, DporRules, PalRules, PeopleRules};
use crate::rulebook::imports::JUDGED;
use crate::rulebook::{
    AreaRules, AssociationRules, Contradiction, ImportRules, ListRules, ProgramRules, Rulebook, SourceDocument, check, suggest,
};

/// Most problems that are reported of one file.
const PROBLEMS_MAX: usize = 50;

/// Something wrong in a file of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{file}:{line}:{column}: {message}")]
pub struct RulebookProblem {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub cure: Option<String>,
}

impl RulebookProblem {
    /// A problem at a byte offset of a file's text.
    pub(crate) fn at(file: &str, text: &str, offset: usize, message: String, cure: Option<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let (line, column) = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
        Self { file: file.to_owned(), line, column, message, cure }
    }
}

/// `contradictions.toml`.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contradictions {
    /// The places where sources disagree.
    contradiction: Vec<Contradiction>,
}

impl Rulebook {
    /// Reads a rulebook from its files: pairs of a path and a text, in any order. The last two parts of a path say what a
    /// file is (`associations/pal.toml`); worked examples are left out, [`crate::examples`] reads them.
    ///
    /// # Errors
    /// Every problem found: of TOML, of unknown or missing keys, of wrong words, and of rules that do not fit together.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<RulebookProblem>> {
        let mut reader = Reader { files, problems: Vec::new() };
        reader.refuse_strangers();
        let rulebook = reader.rulebook();
        let mut problems = reader.problems;
        if problems.is_empty()
            && let Some(rulebook) = rulebook
        {
            problems = check::check(&rulebook, files);
            if problems.is_empty() {
                return Ok(rulebook);
            }
        }
        problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        Err(problems)
    }
}

/// The place of a file in a rulebook: the last two parts of its path, or the last one for a file at the top.
pub(crate) fn place(path: &str) -> &str {
    let Some((folders, _)) = path.rsplit_once('/') else { return path };
    let folder = folders.rsplit('/').next().unwrap_or(folders);
    let start = match folder {
        "associations" | "designations" | "imports" | "lists" | "examples" => folders.len() - folder.len(),
        _ => folders.len() + 1,
    };
    path.get(start..).unwrap_or(path)
}

/// Where the rules of a format's rows stand.
fn imports_of(format: &str) -> String {
    format!("imports/{format}.toml")
}

/// Reads files and gathers their problems.
struct Reader<'a> {
    files: &'a [(String, String)],
    problems: Vec<RulebookProblem>,
}

const ASSOCIATIONS: [&str; 5] =
    ["associations/pal.toml", "associations/dpor.toml", "associations/csp.toml", "associations/cpor.toml", "associations/people.toml"];
const TOP: [&str; 3] = ["rulebook.toml", "sources.toml", "contradictions.toml"];
/// Files of `lists/` that are more than a list of names.
const TABLES: [&str; 5] = ["azure-roles", "rate-card", "certifications", "service-aliases", "workload-aliases"];
const SERVICES: &str = "imports/services.toml";

impl Reader<'_> {
    /// Reads everything; nothing when a file that must be there is missing or wrong.
    fn rulebook(&mut self) -> Option<Rulebook> {
        let program: Option<ProgramRules> = self.one("rulebook.toml");
        let sources: Option<BTreeMap<String, SourceDocument>> = self.one("sources.toml");
        let contradictions: Option<Contradictions> = self.one("contradictions.toml");
        let pal: Option<PalRules> = self.one("associations/pal.toml");
        let dpor: Option<DporRules> = self.one("associations/dpor.toml");
        let csp: Option<CspRules> = self.one("associations/csp.toml");
        let cpor: Option<CporRules> = self.one("associations/cpor.toml");
        let people: Option<PeopleRules> = self.one("associations/people.toml");
        let areas: Vec<(Name, AreaRules)> = self.folder("designations", &[]);
        let lists: Vec<(Name, ListRules)> = self.folder("lists", &TABLES);
        let azure_roles = self.one("lists/azure-roles.toml");
        let rate_card = self.one("lists/rate-card.toml");
        let certifications = self.one("lists/certifications.toml");
        let service_aliases = self.one("lists/service-aliases.toml");
        let workload_aliases = self.one("lists/workload-aliases.toml");
        let services = self.one(SERVICES);
        let imports: BTreeMap<Name, ImportRules> =
            JUDGED.iter().filter_map(|format| Some((Name::new(format), self.one(&imports_of(format))?))).collect();
        Some(Rulebook {
            program: program?,
            associations: AssociationRules { pal: pal?, dpor: dpor?, csp: csp?, cpor: cpor?, people: people? },
            areas: areas.into_iter().collect(),
            lists: lists.into_iter().collect(),
            azure_roles: azure_roles?,
            service_aliases: service_aliases?,
            imports,
            services: services?,
            workload_aliases: workload_aliases?,
            rate_card: rate_card?,
            certifications: certifications?,
            sources: sources?,
            contradictions: contradictions?.contradiction,
        })
    }

    /// The file at a place; a problem when there is none.
    fn one<T: DeserializeOwned>(&mut self, at: &str) -> Option<T> {
        let Some((path, text)) = self.files.iter().find(|(path, _)| place(path) == at) else {
            let message = format!("the rulebook has no file `{at}`");
            let cure = Some("add the file; every rulebook needs it".to_owned());
            self.problems.push(RulebookProblem { file: at.to_owned(), line: 1, column: 1, message, cure });
            return None;
        };
        self.read(path, text)
    }

    /// The files of a folder, by name without `.toml`.
    fn folder<T: DeserializeOwned>(&mut self, folder: &str, but: &[&str]) -> Vec<(Name, T)> {
        let mut read = Vec::new();
        for (path, text) in self.files {
            let stem = place(path).strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')?.strip_suffix(".toml"));
            if let Some(stem) = stem.filter(|stem| !but.contains(stem))
                && let Some(rules) = self.read(path, text)
            {
                read.push((Name::new(stem), rules));
            }
        }
        read
    }

    fn read<T: DeserializeOwned>(&mut self, path: &str, text: &str) -> Option<T> {
        read_toml(path, text).map_err(|problems| self.problems.extend(problems)).ok()
    }

    /// Reports files that are no part of a rulebook: most often a misspelt name.
    fn refuse_strangers(&mut self) {
        for (path, _) in self.files {
            let at = place(path);
            let is_folder = ["designations/", "lists/", "examples/"].iter().any(|folder| at.starts_with(folder));
            let imports: Vec<String> = JUDGED.iter().map(|format| imports_of(format)).collect();
            let known = || TOP.into_iter().chain(ASSOCIATIONS).chain([SERVICES]).chain(imports.iter().map(String::as_str));
            let is_known = known().any(|known| known == at) || (is_folder && at.ends_with(".toml"));
            if !is_known && at.ends_with(".toml") {
                let message = format!("`{at}` is no file of a rulebook");
                let cure = Some(suggest::cure(at, known()));
                self.problems.push(RulebookProblem { file: path.clone(), line: 1, column: 1, message, cure });
            }
        }
    }
}

/// Reads one TOML text into a type.
///
/// # Errors
/// All errors of syntax; or else all unknown keys and the first other error of the content.
pub(crate) fn read_toml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Vec<RulebookProblem>> {
    let (mut tree, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<_> = errors.iter().take(PROBLEMS_MAX).map(|error| syntax_problem(file, text, error)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    // An unknown key is corrected, or taken out, and the rest is read again, so that one run tells all of them.
    loop {
        match T::deserialize(toml::Deserializer::from(tree.clone())) {
            Ok(value) if problems.is_empty() => return Ok(value),
            Ok(_) => return Err(problems),
            Err(error) => {
                let at = locate(&tree, &error);
                problems.push(content_problem(file, text, &error, at.clone()));
                let is_corrected = correct(tree.get_mut(), &error, &at);
                if !is_corrected || problems.len() >= PROBLEMS_MAX {
                    return Err(problems);
                }
            }
        }
    }
}

fn syntax_problem(file: &str, text: &str, error: &toml::de::Error) -> RulebookProblem {
    let offset = error.span().map_or(0, |span| span.start);
    RulebookProblem::at(file, text, offset, format!("not TOML: {}", error.message()), None)
}

/// Words an error of the content, with the nearest known word where one was misspelt.
fn content_problem(file: &str, text: &str, error: &toml::de::Error, at: Range<usize>) -> RulebookProblem {
    let quoted: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
    let (message, cure) = match (first_words(error.message()), quoted.as_slice()) {
        ("unknown field", [key, known @ ..]) => (format!("unknown key `{key}`"), Some(suggest::cure(key, known.iter().copied()))),
        ("unknown variant", [word, known @ ..]) => (format!("unknown word `{word}`"), Some(suggest::cure(word, known.iter().copied()))),
        ("missing field", [key, ..]) => (format!("the key `{key}` is missing"), Some(format!("add `{key} = …` to this table"))),
        _ => (error.message().to_owned(), None),
    };
    RulebookProblem::at(file, text, at.start, message, cure)
}

fn first_words(message: &str) -> &str {
    message.split(" `").next().unwrap_or(message)
}

/// The bytes that an error is about. Inside tagged tables serde knows only the table: then the key or word is looked up in it.
fn locate(tree: &Spanned<DeTable<'_>>, error: &toml::de::Error) -> Range<usize> {
    let span = error.span().unwrap_or(0..0);
    let word = error.message().split('`').nth(1).unwrap_or_default();
    let find: fn(&DeTable<'_>, &str) -> Option<Range<usize>> = match first_words(error.message()) {
        "unknown field" => find_key,
        "unknown variant" => find_text,
        _ => return span,
    };
    let within = subtable(tree.get_ref(), &span).and_then(|table| find(table, word));
    within.or_else(|| find(tree.get_ref(), word)).unwrap_or(span)
}

/// The innermost table with exactly this span.
fn subtable<'t, 'i>(table: &'t DeTable<'i>, span: &Range<usize>) -> Option<&'t DeTable<'i>> {
    children(table).find_map(|value| match value.get_ref() {
        DeValue::Table(inner) => subtable(inner, span).or_else(|| (value.span() == *span).then_some(inner)),
        _ => None,
    })
}

/// The values of a table; an array's elements in its place.
fn children<'t, 'i>(table: &'t DeTable<'i>) -> impl Iterator<Item = &'t Spanned<DeValue<'i>>> {
    let mut flat: Vec<&'t Spanned<DeValue<'i>>> = Vec::new();
    let mut open: Vec<_> = table.values().collect();
    while let Some(value) = open.pop() {
        match value.get_ref() {
            DeValue::Array(elements) => open.extend(elements.iter()),
            _ => flat.push(value),
        }
    }
    flat.sort_by_key(|value| value.span().start);
    flat.into_iter()
}

fn find_key(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let own = table.keys().find(|known| known.get_ref() == key).map(Spanned::span);
    own.or_else(|| children(table).find_map(|value| find_key(value.get_ref().as_table()?, key)))
}

fn find_text(table: &DeTable<'_>, text: &str) -> Option<Range<usize>> {
    children(table).find_map(|value| match value.get_ref() {
        DeValue::String(found) => (found == text).then(|| value.span()),
        DeValue::Table(inner) => find_text(inner, text),
        _ => None,
    })
}

/// Corrects the unknown key that an error is about to the nearest known one, or takes it out; whether the error is of that kind.
fn correct(tree: &mut DeTable<'_>, error: &toml::de::Error, at: &Range<usize>) -> bool {
    let mut quoted = error.message().split('`').skip(1).step_by(2);
    let word = quoted.next().unwrap_or_default();
    let known = suggest::nearest(word, quoted).map(str::to_owned);
    first_words(error.message()) == "unknown field" && rename_key(tree, at, known.as_deref())
}

/// Gives the key at a span another name, or takes it out when there is none or it is taken; whether there was such a key.
fn rename_key(table: &mut DeTable<'_>, at: &Range<usize>, name: Option<&str>) -> bool {
    let Some(key) = table.keys().find(|key| key.span() == *at).cloned() else {
        return table.iter_mut().any(|(_, value)| rename_within(value.get_mut(), at, name));
    };
    let value = table.remove(&key);
    if let (Some(name), Some(value)) = (name, value)
        && !table.keys().any(|key| key.get_ref() == name)
    {
        table.insert(Spanned::new(at.clone(), name.to_owned().into()), value);
    }
    true
}

fn rename_within(value: &mut DeValue<'_>, at: &Range<usize>, name: Option<&str>) -> bool {
    match value {
        DeValue::Table(table) => rename_key(table, at, name),
        DeValue::Array(elements) => elements.iter_mut().any(|element| rename_within(element.get_mut(), at, name)),
        _ => false,
    }
}
