//! The tests of `domain` that need more than one module: one binary, so that they link once.

mod examples;
mod rulebook;
