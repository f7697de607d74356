//! The tests of `domain` that need more than one module: one binary, so that they link once.
#![expect(clippy::disallowed_methods, reason = "the tests read the repository's rulebook; the crate itself reads nothing")]

/// The worked examples of the repository's rulebook.
#[cfg(test)]
mod examples;

/// What holds of every program, on made-up ones.
#[cfg(test)]
mod properties;

/// The rulebook of the repository, read from its files.
#[cfg(test)]
mod rulebook;
