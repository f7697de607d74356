//! Hashes of content: equal for equal imports.

use std::fs::File;
use std::io::Read;

use xxhash_rust::xxh3::Xxh3;

use crate::formats::SourceFile;
use crate::source::FileError;

/// The hash of a source file's bytes with its format, its table and the `options` that it was read with. 128 bits of XXH3: it tells
/// whether a file was imported before, and is no protection against forgery.
///
/// # Errors
/// When the file cannot be read.
pub fn content_hash(source: &SourceFile, options: &str) -> Result<String, FileError> {
    let error = |error| FileError::open(&source.shown, error);
    let mut hash = Xxh3::new();
    for text in [source.format.name(), source.table, options] {
        hash.update(text.as_bytes());
        hash.update(b"\0");
    }
    let mut file = File::open(&source.path).map_err(error)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(error)? {
            0 => return Ok(shown(&hash)),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// The hash over texts.
pub fn of_texts<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Xxh3::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update(b"\0");
    }
    shown(&hash)
}

fn shown(hash: &Xxh3) -> String {
    format!("xxh3:{:032x}", hash.digest128())
}
