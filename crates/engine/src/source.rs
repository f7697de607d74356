//! One file as rows of text cells, whatever its form.

mod csv;
mod limits;
mod parquet;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ::parquet::file::metadata::PageIndexPolicy;
use domain::names::Name;

use crate::files::{Compression, FileForm, TableFile};

pub use limits::{EXPANDED_BYTES, EXPANSION_MAX, ROW_BYTES_MAX};
pub(crate) use parquet::{builder as parquet_builder, pages_of, texts};

use limits::Expanding;
pub(crate) use limits::{RowBytes, RowLimited};

/// Columns that a file of refused rows has before those of the source: the place that a row is from, and what was wrong with it.
pub const MARK_COLUMNS: [&str; 2] = ["x_mends", "x_problem"];

/// Why a file cannot be read at all, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file or folder cannot be opened.
    #[error("cannot open `{file}`; check that it exists and may be read")]
    Open {
        /// The file or folder.
        file: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// An entry of a register is of another shape than the register's.
    #[error("a register holds an entry that this version does not know; the home may be of a newer version of this program")]
    Entry {
        /// What does not fit.
        source: serde_json::Error,
    },
    /// A cluster could not do its part.
    #[cfg(feature = "cluster")]
    #[error("the cluster did not answer")]
    Cluster {
        /// Why.
        source: Box<crate::cluster::ClusterError>,
    },
    /// A cluster's answer holds no sums.
    #[cfg(feature = "cluster")]
    #[error("the cluster's answer is no sums of this version; run the same version everywhere")]
    NoSums,
    /// The folder holds no table.
    #[error("`{folder}` holds no table; expected files such as `partners.csv` or `consumption.parquet`; tables are {known}")]
    NoTables {
        /// The folder.
        folder: String,
        /// The names of the tables.
        known: String,
    },
    /// A table is there twice.
    #[error("table `{table}` is there in two forms, `{first}` and `{second}`; keep one of them")]
    TwoForms {
        /// The table.
        table: &'static str,
        /// The one form.
        first: String,
        /// The other form.
        second: String,
    },
    /// The file has no header.
    #[error("`{file}` is empty; expected a header with the columns {expected}")]
    NoHeader {
        /// The file.
        file: String,
        /// The columns that the table needs.
        expected: String,
    },
    /// The header has a name twice.
    #[error("`{file}` has the column `{column}` twice, as column {first} and column {second}; keep one of them")]
    DuplicateColumn {
        /// The file.
        file: String,
        /// The column's name.
        column: String,
        /// Its first place, counted from 1.
        first: usize,
        /// Its second place.
        second: usize,
    },
    /// The header lacks columns that every row needs.
    #[error("`{file}` lacks the required column{plural} {missing}; its header has {found}{hint}", plural = if missing.contains(',') { "s" } else { "" })]
    MissingColumns {
        /// The file.
        file: String,
        /// The missing names, in backticks.
        missing: String,
        /// The names that are there, in backticks.
        found: String,
        /// `; did you mean …`, or nothing.
        hint: String,
    },
    /// A Parquet column of a type that is no text, number, day or flag.
    #[error("`{file}`: column `{column}` has the type {found}, which is not read; write it as text, date, decimal or boolean")]
    ColumnType {
        /// The file.
        file: String,
        /// The column's name.
        column: String,
        /// Its Arrow type.
        found: String,
    },
    /// The file's ending is of no known form.
    #[error("`{file}` is of no known form; expected `.csv` or `.tsv` (plain, `.gz` or `.zst`) or `.parquet`")]
    Ending {
        /// The file.
        file: String,
    },
    /// The file has the columns that crediting adds.
    #[error("`{file}` was credited before: it has the column `{column}`; credit the file as the provider wrote it")]
    CreditedBefore {
        /// The file.
        file: String,
        /// A column that crediting adds.
        column: &'static str,
    },
    /// A file is to be written in another form than it was read in.
    #[error("`{file}` is {form}, and every cell keeps its exact form; write to a file of the same form")]
    OtherForm {
        /// The file.
        file: String,
        /// Its form, in words.
        form: &'static str,
    },
    /// A row that must be kept as it is has more or fewer cells than the header.
    #[error("`{file}:{line}`: the row has {found} cells where the header has {expected} columns; look for a missing or extra comma")]
    CellCount {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// Cells found.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// The file is none of the vendor's that we can compare with.
    #[error(
        "`{file}` is neither an Azure usage download, which also needs {usage}, nor a scorecard, which also needs {scorecard}; its header has {found}; download it from Partner Center, Insights"
    )]
    NotOfVendor {
        /// The file.
        file: String,
        /// What an Azure usage download also needs.
        usage: String,
        /// What a scorecard also needs.
        scorecard: String,
        /// What the header has.
        found: String,
    },
    /// The file ends or breaks before its end.
    #[error("`{file}` cannot be read {place}: {message}; {cure}")]
    Broken {
        /// The file.
        file: String,
        /// How far it could be read.
        place: String,
        /// The reader's reason.
        message: String,
        /// What would cure it.
        cure: &'static str,
    },
}

impl FileError {
    /// A kebab-case word for the kind of trouble.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Open { .. } => "cannot-open",
            Self::Entry { .. } => "unknown-entry",
            #[cfg(feature = "cluster")]
            Self::Cluster { .. } | Self::NoSums => "cluster",
            Self::NoTables { .. } => "no-tables",
            Self::TwoForms { .. } => "table-in-two-forms",
            Self::NoHeader { .. } => "empty-file",
            Self::DuplicateColumn { .. } => "duplicate-column",
            Self::MissingColumns { .. } => "missing-column",
            Self::ColumnType { .. } => "column-type",
            Self::CreditedBefore { .. } => "credited-before",
            Self::OtherForm { .. } => "other-form",
            Self::CellCount { .. } => "cell-count",
            Self::Ending { .. } => "unknown-form",
            Self::NotOfVendor { .. } => "not-of-vendor",
            Self::Broken { .. } => "broken-file",
        }
    }

    pub(crate) fn open(file: &str, source: std::io::Error) -> Self {
        Self::Open { file: file.to_owned(), source }
    }

    pub(crate) fn broken(file: &str, rows: u64, message: impl ToString) -> Self {
        Self::stopped(file, rows, message, "the file is cut off or damaged, fetch it again")
    }

    pub(crate) fn stopped(file: &str, rows: u64, message: impl ToString, cure: &'static str) -> Self {
        let place = if rows == 0 { "at all".to_owned() } else { format!("after row {rows}") };
        Self::Broken { file: file.to_owned(), place, message: message.to_string(), cure }
    }
}

/// The text of a file, whatever compresses it.
pub(crate) fn open_plain(path: &Path, shown: &str, compression: Compression) -> Result<Box<dyn Read>, FileError> {
    decoded(std::fs::File::open(path).map_err(|source| FileError::open(shown, source))?, shown, compression)
}

fn decoded(file: std::fs::File, shown: &str, compression: Compression) -> Result<Box<dyn Read>, FileError> {
    let length = file.metadata().map_err(|source| FileError::open(shown, source))?.len();
    Ok(match compression {
        // what is written behind the end that the file had is not read: whoever writes faster than we read would keep us for ever
        Compression::Plain => Box::new(file.take(length)),
        Compression::Gzip => Box::new(Expanding::new(flate2::read::MultiGzDecoder::new(std::io::BufReader::new(file)), length)),
        Compression::Zstd => Box::new(Expanding::new(zstd::Decoder::new(file).map_err(|source| FileError::open(shown, source))?, length)),
    })
}

/// Why the cells of one row cannot be told apart or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadCells {
    /// A cell is not UTF-8.
    BrokenText {
        /// The place of the column in the header, from 0.
        at: usize,
        /// The first wrong byte of the cell, counted from 1.
        position: usize,
        /// That byte.
        byte: u8,
        /// The cell with the wrong bytes replaced.
        text: String,
    },
    /// The cell of a refused row still has the mark that stands for bytes which were no text.
    Unmended {
        /// The place of the column in the header, from 0.
        at: usize,
        /// The cell.
        text: String,
    },
    /// The row has more or fewer cells than the header has columns.
    Count {
        /// Cells found.
        found: usize,
        /// Columns of the header.
        expected: usize,
        /// Line breaks within the row's cells.
        breaks: u64,
    },
}

/// A row of a file: its line (row number in a Parquet file) and its cells, or why there are none.
pub type Line<'a> = (u64, Result<&'a [Option<&'a str>], BadCells>);

/// A file's size and time of change, when it was opened.
struct FileState {
    path: PathBuf,
    length: u64,
    changed: Option<SystemTime>,
}

impl FileState {
    fn of(path: &Path) -> Option<Self> {
        let about = std::fs::metadata(path).ok()?;
        Some(Self { path: path.to_owned(), length: about.len(), changed: about.modified().ok() })
    }

    fn is_still_so(&self) -> bool {
        Self::of(&self.path).is_some_and(|now| now.length == self.length && now.changed == self.changed)
    }
}

/// A file that is open, with its header read.
pub struct Source {
    shown: String,
    state: Option<FileState>,
    header: Vec<String>,
    floats: Vec<usize>,
    body: Body,
}

enum Body {
    Csv(csv::CsvBody),
    Parquet(parquet::ParquetBody),
}

impl Source {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// When the file cannot be opened, has no header, or has a column twice.
    pub fn open(file: &TableFile) -> Result<Self, FileError> {
        Self::open_path(&file.path, &file.shown, file.form)
    }

    /// Opens a file of the lake for the rows of some customers only; files of other forms give all their rows.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_of(file: &TableFile, tenants: &BTreeSet<Name>) -> Result<Self, FileError> {
        let source = Self::open_with(&file.path, &file.shown, file.form, PageIndexPolicy::Optional)?;
        let column = source.position("tenant_id");
        Ok(match (source.body, column) {
            (Body::Parquet(body), Some(column)) => Self { body: Body::Parquet(body.of(column, tenants)), ..source },
            (body, _) => Self { body, ..source },
        })
    }

    /// Opens the file at `path` in the form `form`; messages name it `shown`.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_path(path: &Path, shown: &str, form: FileForm) -> Result<Self, FileError> {
        Self::open_with(path, shown, form, PageIndexPolicy::Skip)
    }

    fn open_with(path: &Path, shown: &str, form: FileForm, pages: PageIndexPolicy) -> Result<Self, FileError> {
        let opened = std::fs::File::open(path).map_err(|source| FileError::open(shown, source))?;
        let state = FileState::of(path);
        let (header, floats, body) = match form {
            FileForm::Parquet => {
                let (header, floats, body) = parquet::open(opened, shown, pages)?;
                (header, floats, Body::Parquet(body))
            }
            FileForm::Csv(compression) => {
                let (header, body) = csv::open(decoded(opened, shown, compression)?, shown)?;
                (header, Vec::new(), Body::Csv(body))
            }
        };
        let source = Self { shown: shown.to_owned(), state, header, floats, body };
        source.refuse_duplicates()?;
        Ok(source)
    }

    /// The file as messages name it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The header's names as spelled, without outer blanks; empty when the file is empty.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The places of columns that hold binary floating point numbers.
    #[must_use]
    pub fn floats(&self) -> &[usize] {
        &self.floats
    }

    /// What separates the cells of a text.
    pub(crate) fn delimiter(&self) -> u8 {
        match &self.body {
            Body::Csv(body) => body.delimiter(),
            Body::Parquet(_) => b',',
        }
    }

    /// The place of the column `name`, compared without case.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|found| found.eq_ignore_ascii_case(name))
    }

    /// Gives every row to `take`, with the cells of the columns at the places `pick`, in that order; nothing for a blank
    /// cell and where `pick` has no place.
    ///
    /// # Errors
    /// When the file breaks before its end; the rows before were given.
    pub fn read(self, pick: &[Option<usize>], take: &mut dyn FnMut(Line<'_>)) -> Result<u64, FileError> {
        self.read_while(pick, &mut |line| {
            take(line);
            true
        })
    }

    /// Gives rows to `take` as [`Source::read`] does, as long as it returns true.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read_while(self, pick: &[Option<usize>], take: &mut dyn FnMut(Line<'_>) -> bool) -> Result<u64, FileError> {
        let mut is_ended = true;
        let take = &mut |line: Line<'_>| {
            is_ended = take(line);
            is_ended
        };
        let read = match self.body {
            Body::Csv(body) => body.read(&self.shown, &self.header, pick, take),
            Body::Parquet(body) => body.read(&self.shown, &self.header, pick, take),
        };
        match self.state {
            Some(state) if is_ended && !state.is_still_so() => {
                let rows = *read.as_ref().unwrap_or(&0);
                Err(FileError::stopped(&self.shown, rows, "it changed while it was read", "read it again when nobody writes to it"))
            }
            _ => read,
        }
    }

    /// Gives all cells of every row to `take` with its line, however many cells there are; bytes that are no text are replaced by `\u{fffd}`.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read_raw(self, take: &mut dyn FnMut(u64, Vec<String>)) -> Result<u64, FileError> {
        match self.body {
            Body::Csv(body) => body.read_raw(&self.shown, take),
            Body::Parquet(body) => {
                let all: Vec<Option<usize>> = (0..self.header.len()).map(Some).collect();
                body.read(&self.shown, &self.header, &all, &mut |(line, cells)| {
                    let texts = cells.unwrap_or_default().iter().map(|cell| cell.unwrap_or_default().to_owned());
                    take(line, texts.collect());
                    true
                })
            }
        }
    }

    fn refuse_duplicates(&self) -> Result<(), FileError> {
        for (second, name) in self.header.iter().enumerate() {
            let first = self.position(name).unwrap_or(second);
            if first < second && !name.is_empty() {
                return Err(FileError::DuplicateColumn {
                    file: self.shown.clone(),
                    column: name.clone(),
                    first: first + 1,
                    second: second + 1,
                });
            }
        }
        Ok(())
    }
}
