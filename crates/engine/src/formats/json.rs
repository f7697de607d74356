//! Reads formats whose files are JSON: an object, or a list of them.

use domain::amount::Amount;
use serde_json::Value;

use super::{Context, Format, FormatError, Intake, Kind, SourceFile};
use crate::problems::{RowProblem, Severity};
use crate::source::FileError;
use crate::spelling::list_first;

/// A format whose files are JSON.
#[derive(Debug)]
pub struct JsonFormat {
    /// The table that most objects go to.
    pub table: &'static str,
    /// What the format is recognised by, in words.
    pub shape: &'static str,
    /// Whether an object is of the format.
    pub is_of: fn(&Value) -> bool,
    /// Takes the objects of one file.
    pub take: fn(&Objects<'_>, &Context, &mut Intake<'_>),
}

/// The objects of a file; the line of one is its place in the list, from 1.
pub struct Objects<'a> {
    /// The table that problems name.
    pub table: &'static str,
    /// The file as messages name it.
    pub shown: &'a str,
    /// The objects.
    pub list: &'a [Value],
}

/// Why an object cannot be taken.
#[derive(Debug)]
pub struct Refusal {
    /// The kind of trouble, in kebab-case.
    pub reason: &'static str,
    /// The field.
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// What is wrong.
    pub message: String,
    /// What would cure it.
    pub cure: String,
}

impl Objects<'_> {
    /// The objects with their lines.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Value)> {
        self.list.iter().enumerate().map(|(at, object)| (at as u64 + 1, object))
    }

    /// Keeps an object out.
    pub fn refuse(&self, line: u64, refusal: Refusal, intake: &mut Intake<'_>) {
        let Refusal { reason, field, value, message, cure } = refusal;
        let problem = RowProblem::of_file(self.table, self.shown, reason, message, cure);
        let severity = Severity::Quarantined;
        intake.quarantine(RowProblem { line: Some(line), column: field.to_owned(), value, severity, ..problem }, Amount::ZERO);
    }
}

/// A field of an object, or of its `properties` (as Resource Graph and REST have them); nothing when blank.
pub fn text(object: &Value, field: &str) -> Option<String> {
    let found = [object.get(field), object.get("properties").and_then(|properties| properties.get(field))];
    let text = found.into_iter().flatten().find_map(|value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    text.filter(|text| !text.is_empty())
}

/// A field that every object needs.
pub fn needed(object: &Value, field: &'static str) -> Result<String, Refusal> {
    text(object, field).ok_or_else(|| {
        let message = format!("the object has no `{field}`");
        Refusal { reason: "blank-cell", field, value: String::new(), message, cure: format!("export again with `{field}`") }
    })
}

/// The size beyond which a file of JSON is not read, in bytes: it is held in memory whole.
const BYTES_MAX: u64 = 1 << 30;

/// The objects of a file: a list, one object, or either under `data` or `value`.
pub fn objects(source: &SourceFile) -> Result<Vec<Value>, FileError> {
    let error = |error| FileError::open(&source.shown, error);
    if std::fs::metadata(&source.path).map_err(error)?.len() > BYTES_MAX {
        return Err(FileError::broken(&source.shown, 0, "it is larger than 1 GiB; export in parts"));
    }
    let bytes = std::fs::read(&source.path).map_err(error)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let json: Value = serde_json::from_slice(bytes).map_err(|error| FileError::broken(&source.shown, 0, format!("not JSON: {error}")))?;
    let held = ["data", "value", "Data"].iter().find_map(|name| json.get(name)).filter(|held| held.is_array()).cloned();
    match held.unwrap_or(json) {
        Value::Array(list) => Ok(list),
        object @ Value::Object(_) => Ok(vec![object]),
        _ => Err(FileError::broken(&source.shown, 0, "expected a list of objects, `[…]` or `{\"data\": […]}`, or one object")),
    }
}

/// Reads a file.
pub fn read(format: &JsonFormat, source: &SourceFile, context: &Context, intake: &mut Intake<'_>) -> Result<(), FileError> {
    let list = objects(source)?;
    (format.take)(&Objects { table: format.table, shown: &source.shown, list: &list }, context, intake);
    Ok(())
}

/// The format of a file of JSON, by its objects: the first of which one is of a format.
pub fn recognise(source: &SourceFile) -> Result<(Format, &'static str), FormatError> {
    let list = objects(source)?;
    let formats =
        || Format::ALL.iter().filter_map(|format| if let Kind::Json(json) = format.kind() { Some((*format, json)) } else { None });
    let found = formats().find(|(_, json)| list.iter().any(|object| (json.is_of)(object)));
    // an empty list is an empty list of anything
    let found = found.or_else(|| formats().next().filter(|_| list.is_empty()));
    found.map(|(format, json)| (format, json.table)).ok_or_else(|| FormatError::UnknownJson {
        file: source.shown.clone(),
        found: list.first().and_then(Value::as_object).map_or_else(|| "no objects".to_owned(), |object| list_of(object.keys())),
        expected: formats().map(|(format, json)| format!("{} (`{format}`)", json.shape)).collect::<Vec<_>>().join(", "),
    })
}

fn list_of<'a>(names: impl Iterator<Item = &'a String>) -> String {
    list_first(names.map(String::as_str))
}
