//! Some row groups of Parquet files: the rest of a file is not fetched, and is a hole in the copy.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;

use object_store::ObjectStoreExt as _;
use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};

use super::{Objects, ObjectsError};

/// How much of a file's end is read at first, in bytes: mostly all that tells of its row groups.
const END: u64 = 64 << 10;

impl Objects {
    /// Fetches the row groups of a Parquet file that are wanted, with what tells of them, into a file of the same length; whether there
    /// is any.
    ///
    /// # Errors
    /// When the object is not there, cannot be read or is no Parquet file, or the file cannot be written.
    pub fn fetch_parquet(&self, path: &str, to: &Path, wanted: &mut dyn FnMut(&RowGroupMetaData) -> bool) -> Result<bool, ObjectsError> {
        let file_trouble = |error| ObjectsError::file(to, error);
        let bytes = self.runtime.block_on(self.store.head(&self.location(path))).map_err(|error| self.trouble(path, error))?.size;
        let mut copy = Copy { bytes, file: File::create(to).map_err(file_trouble)? };
        copy.file.set_len(bytes).map_err(file_trouble)?;
        let broken = || ObjectsError::cut(&super::joined(&self.url, path), 0, bytes);

        let end = self.fetch_range(path, bytes.saturating_sub(END)..bytes, &mut copy).map_err(|error| error.at(to))?;
        let told = end.last_chunk::<8>().map(|[a, b, c, d, ..]| u64::from(u32::from_le_bytes([*a, *b, *c, *d]))).ok_or_else(broken)?;
        let footer = (bytes.checked_sub(told + 8).ok_or_else(broken)?)..bytes - 8;
        let footer = match usize::try_from(told + 8).ok().and_then(|length| end.len().checked_sub(length)) {
            Some(at) => end[at..end.len() - 8].to_vec(),
            None => self.fetch_range(path, footer, &mut copy).map_err(|error| error.at(to))?,
        };
        let metadata = ParquetMetaDataReader::decode_metadata(&footer).map_err(|_| broken())?;

        let range = |group: &RowGroupMetaData| {
            let chunks = || group.columns().iter().map(parquet::file::metadata::ColumnChunkMetaData::byte_range);
            let start = chunks().map(|(start, _)| start).min().unwrap_or_default();
            start..chunks().map(|(start, length)| start + length).max().unwrap_or_default()
        };
        let data_end = metadata.row_groups().iter().map(|group| range(group).end).max().unwrap_or_default();
        let groups: Vec<Range<u64>> = metadata.row_groups().iter().filter(|group| wanted(group)).map(range).collect();
        if groups.is_empty() {
            return Ok(false);
        }
        // what tells of pages stands between the data and the footer
        for range in groups.into_iter().chain(std::iter::once(data_end..bytes)).filter(|range| !range.is_empty()) {
            self.fetch_range(path, range, &mut copy).map_err(|error| error.at(to))?;
        }
        Ok(true)
    }

    fn fetch_range(&self, path: &str, range: Range<u64>, copy: &mut Copy) -> Result<Vec<u8>, Trouble> {
        let start = range.start;
        let fetched = self.runtime.block_on(self.store.get_range(&self.location(path), range));
        let fetched = fetched.map_err(|error| Trouble::Objects(self.trouble(path, error)))?;
        debug_assert!(start + fetched.len() as u64 <= copy.bytes, "a range lies within its object");
        copy.file.seek(SeekFrom::Start(start)).map_err(Trouble::File)?;
        copy.file.write_all(&fetched).map_err(Trouble::File)?;
        Ok(fetched.into())
    }
}

/// A file that is being filled in places.
struct Copy {
    bytes: u64,
    file: File,
}

enum Trouble {
    Objects(ObjectsError),
    File(std::io::Error),
}

impl Trouble {
    fn at(self, path: &Path) -> ObjectsError {
        match self {
            Self::Objects(error) => error,
            Self::File(error) => ObjectsError::file(path, error),
        }
    }
}
