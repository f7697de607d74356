//! Rows of a source as they stand in it, for keeping those that were refused, and the mark of those that were mended.

use serde_json::Value;

use super::reading::open;
use super::{Kind, SourceFile, json};
use crate::source::{FileError, MARK_COLUMNS};

/// The line of the header among raw rows.
pub const HEADER_LINE: u64 = 0;

/// Gives the header, as line 0, and every row: a list of cells; of JSON every object, without a header. The marks of a file of refused rows
/// are left out.
///
/// # Errors
/// When the file cannot be read to its end.
pub fn rows(source: &SourceFile, take: &mut dyn FnMut(u64, &dyn Fn() -> Value)) -> Result<(), FileError> {
    if let Kind::Json(_) = source.format.kind() {
        for (at, object) in json::objects(source)?.into_iter().enumerate() {
            take(at as u64 + 1, &|| without_marks(object.clone()));
        }
        return Ok(());
    }
    let file = open(source)?;
    let header = file.header().to_vec();
    let is_mark: Vec<bool> = header.iter().map(|name| MARK_COLUMNS.contains(&name.as_str())).collect();
    let own = |cells: &[String]| {
        let cells = cells.iter().enumerate().filter(|(at, _)| !is_mark.get(*at).is_some_and(|is_mark| *is_mark));
        Value::from_iter(cells.map(|(_, cell)| cell.as_str()))
    };
    take(HEADER_LINE, &|| own(&header));
    file.read_raw(&mut |line, cells| take(line, &|| own(&cells))).map(|_| ())
}

fn without_marks(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        MARK_COLUMNS.iter().for_each(|mark| {
            fields.shift_remove(*mark);
        });
    }
    object
}

/// The batch whose refused rows a file holds, by the mark of its first row; nothing for other files, and for JSON, which holds registers
/// only: their rows come one by one anyway.
///
/// # Errors
/// When the file cannot be opened.
pub fn mended_batch(source: &SourceFile) -> Result<Option<String>, FileError> {
    if let Kind::Json(_) = source.format.kind() {
        return Ok(None);
    }
    let file = open(source)?;
    let Some(place) = file.position(MARK_COLUMNS[0]) else { return Ok(None) };
    let mut batch = None;
    let read = file.read_while(&[Some(place)], &mut |(_, cells)| {
        let mark = cells.ok().and_then(|cells| cells[0]);
        batch = mark.map(|mark| mark.split(':').next().unwrap_or(mark).to_owned());
        batch.is_none()
    });
    // a file that breaks off is told when its rows are read
    match read {
        Ok(_) | Err(FileError::Broken { .. }) => Ok(batch),
        Err(error) => Err(error),
    }
}
