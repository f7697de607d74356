//! The tests of `domain` that need more than one module: one binary, so that they link once.
#![expect(clippy::disallowed_methods, reason = "the tests read the repository's rulebook; the crate itself reads nothing")]

#[cfg(test)]
mod examples;

#[cfg(test)]
mod properties;

#[cfg(test)]
mod rulebook;
