//! Text with a cell after each comma, or after each tab if the header has tabs.

use std::io::{BufRead, BufReader, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::limits::{Limit, RowBytes};
use super::{BadCells, FileError, Line, MARK_COLUMNS};

/// The rows behind the header.
pub struct CsvBody {
    delimiter: u8,
    bytes: RowBytes,
    reader: Reader<PlainLines<BufReader<Box<dyn Read>>>>,
}

/// Reads the header; it is empty when the file is.
pub fn open(plain: Box<dyn Read>, shown: &str) -> Result<(Vec<String>, CsvBody), FileError> {
    let mut plain = BufReader::with_capacity(HEADER_BYTES, plain);
    let delimiter = start(&mut plain, shown)?;
    let bytes = RowBytes::default();
    let lines = PlainLines::new(plain, bytes.clone());
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(lines);
    let mut record = ByteRecord::new();
    let any = reader.read_byte_record(&mut record).map_err(|error| stopped(shown, 0, 1, error))?;
    let header = if any { record.iter().map(name).collect() } else { Vec::new() };
    bytes.begin();
    Ok((header, CsvBody { delimiter, bytes, reader }))
}

/// How many bytes of a file are looked at for tabs.
const HEADER_BYTES: usize = 1 << 16;

/// What other files begin with, what they are, and what to do about them.
const NO_TEXTS: [(&[u8], &str, &str); 6] = [
    (b"\xff\xfe", "it is UTF-16 text", "save it as UTF-8, in a spreadsheet as `CSV UTF-8`"),
    (b"\xfe\xff", "it is UTF-16 text", "save it as UTF-8, in a spreadsheet as `CSV UTF-8`"),
    (b"PK\x03\x04", "it is a workbook or a zip archive", "save the sheet as `CSV UTF-8`, or unpack the archive"),
    (b"\x1f\x8b", "it is compressed with gzip", "name it `….csv.gz`"),
    (b"\x28\xb5\x2f\xfd", "it is compressed with Zstandard", "name it `….csv.zst`"),
    (b"PAR1", "it is Parquet", "name it `….parquet`"),
];

/// Steps over a byte order mark, and tells what separates the cells of the header.
fn start(plain: &mut impl BufRead, shown: &str) -> Result<u8, FileError> {
    let broken = |error: std::io::Error| stopped(shown, 0, 1, error.into());
    if plain.fill_buf().map_err(broken)?.starts_with(b"\xef\xbb\xbf") {
        plain.consume(3);
    }
    let begin = plain.fill_buf().map_err(broken)?;
    if let Some((_, what, cure)) = NO_TEXTS.iter().find(|(magic, ..)| begin.starts_with(magic)) {
        return Err(FileError::stopped(shown, 0, what, cure));
    }
    let header = begin.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if header.contains(&0) {
        return Err(FileError::stopped(shown, 0, "its header has zero bytes, as UTF-16 text has", "save it as UTF-8"));
    }
    let has_tabs = header.contains(&b'\t') && !header.contains(&b',');
    Ok(if has_tabs { b'\t' } else { b',' })
}

/// Why the row that begins on `line` cannot be read.
fn stopped(shown: &str, rows: u64, line: u64, error: csv::Error) -> FileError {
    match error.kind() {
        csv::ErrorKind::Io(io) => match Limit::of(io) {
            Some(limit @ Limit::Row) => FileError::stopped(shown, rows, format!("the row on line {line}: {limit}"), limit.cure()),
            Some(limit) => FileError::stopped(shown, rows, limit, limit.cure()),
            None => FileError::broken(shown, rows, error),
        },
        _ => FileError::broken(shown, rows, error),
    }
}

fn name(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().to_owned()
}

impl CsvBody {
    /// What separates cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// See [`super::Source::read`].
    pub fn read(
        self,
        shown: &str,
        header: &[String],
        pick: &[Option<usize>],
        take: &mut dyn FnMut(Line<'_>) -> bool,
    ) -> Result<u64, FileError> {
        let expected = header.len();
        let is_marked = header.iter().any(|name| name == MARK_COLUMNS[0]);
        self.records(shown, &mut |line, record, breaks| {
            if record.len() != expected {
                return take((line, Err(BadCells::Count { found: record.len(), expected, breaks })));
            }
            let mut cells = Vec::with_capacity(pick.len());
            match pick.iter().try_for_each(|place| cell(record, *place, is_marked).map(|text| cells.push(text))) {
                Ok(()) => take((line, Ok(&cells))),
                Err(bad) => take((line, Err(bad))),
            }
        })
    }

    /// See [`super::Source::read_raw`].
    pub fn read_raw(self, shown: &str, take: &mut dyn FnMut(u64, Vec<String>)) -> Result<u64, FileError> {
        self.records(shown, &mut |line, record, _| {
            take(line, record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
            true
        })
    }

    /// Gives each record with its line and the line breaks within it, as long as `take` returns true; returns how many were given.
    fn records(mut self, shown: &str, take: &mut dyn FnMut(u64, &ByteRecord, u64) -> bool) -> Result<u64, FileError> {
        let mut record = ByteRecord::new();
        let mut rows = 0;
        loop {
            let begins = self.reader.position().line();
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => self.bytes.begin(),
                Ok(false) => return Ok(rows),
                Err(error) => return Err(stopped(shown, rows, begins, error)),
            }
            rows += 1;
            let breaks = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            // the reader stands behind the row's last line, unless the row ends with the file in an open quote
            let line = self.reader.position().line().saturating_sub(breaks + 1).max(begins);
            if !take(line, &record, breaks) {
                return Ok(rows);
            }
        }
    }
}

fn cell(record: &ByteRecord, place: Option<usize>, is_marked: bool) -> Result<Option<&str>, BadCells> {
    let Some((at, bytes)) = place.and_then(|at| Some((at, record.get(at)?))) else { return Ok(None) };
    match std::str::from_utf8(bytes) {
        Ok(text) if is_marked && text.contains('\u{fffd}') => Err(BadCells::Unmended { at, text: text.to_owned() }),
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(error) => {
            let wrong = error.valid_up_to();
            let text = String::from_utf8_lossy(bytes).into_owned();
            Err(BadCells::BrokenText { at, position: wrong + 1, byte: bytes[wrong], text })
        }
    }
}

/// Text whose lines all end in one line feed, the last one too; so that lines can be counted.
struct PlainLines<R> {
    inner: R,
    bytes: RowBytes,
    /// A carriage return that was held back, since a line feed may follow.
    held: bool,
    ended: bool,
    is_line_start: bool,
}

impl<R: Read> PlainLines<R> {
    fn new(inner: R, bytes: RowBytes) -> Self {
        Self { inner, bytes, held: false, ended: false, is_line_start: true }
    }
}

impl<R: Read> Read for PlainLines<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.ended || out.len() < 2 {
            return Ok(0);
        }
        loop {
            // one byte is left free for a carriage return that was held back
            let read = self.inner.read(&mut out[1..])?;
            if read == 0 {
                self.ended = true;
                let line_end = usize::from(!self.is_line_start || self.held);
                out[0] = b'\n';
                return Ok(line_end);
            }
            let length = plain(out, read, &mut self.held);
            if length > 0 {
                self.bytes.add(length)?;
                self.is_line_start = out[length - 1] == b'\n';
                return Ok(length);
            }
        }
    }
}

/// Makes the `read` bytes behind the first of `out` plain, from the first on; returns how many there are then.
fn plain(out: &mut [u8], read: usize, held: &mut bool) -> usize {
    if !*held && !out[1..=read].contains(&b'\r') {
        out.copy_within(1..=read, 0);
        return read;
    }
    let mut length = 0;
    for at in 1..=read {
        let byte = out[at];
        if std::mem::take(held) && byte != b'\n' {
            out[length] = b'\r';
            length += 1;
        }
        if byte == b'\r' {
            *held = true;
        } else {
            out[length] = byte;
            length += 1;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str) -> Vec<(u64, usize)> {
        let (header, body) = open(Box::new(text.as_bytes()), "f.csv").unwrap();
        let mut lines = Vec::new();
        body.read("f.csv", &header, &[Some(0), Some(1)], &mut |(line, cells)| {
            lines.push((line, cells.map_or(0, <[_]>::len)));
            true
        })
        .unwrap();
        lines
    }

    #[test]
    fn rows_have_the_line_on_which_they_start_whatever_ends_lines() {
        let expected = [(2, 2), (4, 2), (6, 0)];
        assert_eq!(lines("a,b\n1,2\n\n\"3\nx\",4\n5\n"), expected);
        assert_eq!(lines("a,b\r\n1,2\r\n\r\n\"3\r\nx\",4\r\n5"), expected);
    }

    #[test]
    fn a_lone_carriage_return_stays() {
        let mut text = String::new();
        PlainLines::new("a\rb\r\nc\r".as_bytes(), RowBytes::default()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\rb\nc\n");
    }

    #[test]
    fn tabs_separate_when_the_header_has_them_and_a_byte_order_mark_is_no_part_of_a_name() {
        let (header, _) = open(Box::new("\u{feff}\"a\"\tb\n1\t2\n".as_bytes()), "f.tsv").unwrap();
        assert_eq!(header, ["a", "b"]);
        let (header, _) = open(Box::new("a\tb,c\n".as_bytes()), "f.csv").unwrap();
        assert_eq!(header, ["a\tb", "c"]);
    }
}
