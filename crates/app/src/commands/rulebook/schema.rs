//! `rulebook schema`: JSON Schemas of the files, for editors.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use domain::examples;
use domain::rulebook::schema::schemas;
use serde_json::Value;

use crate::cli::Setting;
use crate::problem::{Exit, Refusal, say};

/// JSON Schemas of the files, for editors
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil rulebook schema designation
  counterfoil rulebook schema --out rulebook/schema")]
pub struct SchemaArgs {
    /// The kind of file, such as `designation` [default: all]
    #[arg(value_name = "KIND")]
    kind: Option<String>,

    /// Write one file for each kind into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "kind")]
    out: Option<PathBuf>,
}

/// Shows or writes the schemas.
///
/// # Errors
/// When the kind is not known, or the folder cannot be written.
pub fn run(args: &SchemaArgs, setting: &Setting) -> Result<Exit> {
    let all = all()?;
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
        for (kind, schema) in &all {
            let path = folder.join(format!("{kind}.json"));
            std::fs::write(&path, text(schema)?).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        say(&format!("{} schemas written to `{}`\n", all.len(), folder.display()));
        return Ok(Exit::Done);
    }
    match &args.kind {
        None => setting.output.print(&all, |_| all.keys().map(|kind| format!("{kind}\n")).collect())?,
        Some(kind) => {
            let schema = all.get(kind.as_str()).ok_or_else(|| Refusal::unknown("kind of file", kind, all.keys().copied()))?;
            let text = text(schema)?;
            setting.output.print(schema, |_| text)?;
        }
    }
    Ok(Exit::Done)
}

/// Every schema by kind of file.
///
/// # Errors
/// Never in practice: a schema is JSON.
pub fn all() -> Result<BTreeMap<&'static str, Value>> {
    let all = schemas().into_iter().chain([("example", examples::schema())]);
    all.map(|(kind, schema)| Ok((kind, serde_json::to_value(schema)?))).collect()
}

/// A schema as its file holds it.
fn text(schema: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(schema)? + "\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use domain::rulebook::schema::schema_of;

    use super::*;
    use crate::rules;

    #[test]
    fn the_schemas_of_the_repository_are_up_to_date() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook/schema");
        for (kind, schema) in all().unwrap() {
            let kept = std::fs::read_to_string(folder.join(format!("{kind}.json"))).unwrap_or_default();
            assert!(kept == text(&schema).unwrap(), "`{kind}.json` is old: run `counterfoil rulebook schema --out rulebook/schema`");
        }
    }

    #[test]
    fn every_file_names_its_schema_in_its_first_line() {
        let all = all().unwrap();
        for (path, content) in rules::files(None).unwrap().iter().filter(|(path, _)| path.ends_with(".toml")) {
            let (kind, folder) = schema_of(path);
            assert!(all.contains_key(kind), "{path}: {kind}");
            assert_eq!(content.lines().next(), Some(format!("#:schema {folder}/{kind}.json").as_str()), "{path}");
        }
    }
}
