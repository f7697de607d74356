//! What a file may ask of us: how long a row is, how far it expands; so that memory is bounded whatever is in it.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes of one row: 16 MiB. A quote that is never closed makes the rest of a file one row.
pub const ROW_BYTES_MAX: usize = 16 << 20;
/// Bytes that any compressed file may expand to: 256 MiB.
pub const EXPANDED_BYTES: u64 = 256 << 20;
/// How many times its size a larger one may expand to. Cost exports expand twenty times or so.
pub const EXPANSION_MAX: u64 = 500;

/// Why reading stops before a file's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// A row is too long.
    #[error("a row is longer than {} MiB", ROW_BYTES_MAX >> 20)]
    Row,
    /// A compressed file is a bomb.
    #[error("it expands to more than {EXPANSION_MAX} times its size")]
    Expansion,
}

impl Limit {
    /// What would cure it.
    pub const fn cure(self) -> &'static str {
        match self {
            Self::Row => "look for a quote that is opened and never closed, or for missing line breaks",
            Self::Expansion => "unpack it and look at what it holds",
        }
    }

    /// The limit that an error of reading tells of.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

/// Bytes handed out since the last row began; shared by the reader of bytes and the reader of rows.
#[derive(Debug, Clone, Default)]
pub struct RowBytes(Rc<Cell<usize>>);

impl RowBytes {
    /// A row begins.
    pub fn begin(&self) {
        self.0.set(0);
    }

    /// Bytes were handed out.
    pub fn add(&self, bytes: usize) -> io::Result<()> {
        self.0.set(self.0.get().saturating_add(bytes));
        if self.0.get() > ROW_BYTES_MAX { Err(io::Error::other(Limit::Row)) } else { Ok(()) }
    }
}

/// Bytes whose rows are no longer than they may be.
pub struct RowLimited<R> {
    inner: R,
    bytes: RowBytes,
}

impl<R: Read> RowLimited<R> {
    /// Whoever reads the rows tells `bytes` when one begins.
    pub fn new(inner: R, bytes: RowBytes) -> Self {
        Self { inner, bytes }
    }
}

impl<R: Read> Read for RowLimited<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.bytes.add(read)?;
        Ok(read)
    }
}

/// The bytes that a compressed file expands to, up to a limit.
pub struct Expanding<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Expanding<R> {
    /// For a file of `compressed` bytes.
    pub fn new(inner: R, compressed: u64) -> Self {
        Self { inner, left: EXPANDED_BYTES.max(compressed.saturating_mul(EXPANSION_MAX)) }
    }
}

impl<R: Read> Read for Expanding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(Limit::Expansion))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_stops_at_its_limit() {
        let mut bomb = Expanding::new(io::repeat(b'a'), 700_000);
        let expanded = io::copy(&mut bomb, &mut io::sink()).unwrap_err();
        assert_eq!(Limit::of(&expanded), Some(Limit::Expansion));
        let mut fine = Expanding::new(io::repeat(b'a').take(EXPANDED_BYTES), 10);
        assert_eq!(io::copy(&mut fine, &mut io::sink()).unwrap(), EXPANDED_BYTES);
    }
}
