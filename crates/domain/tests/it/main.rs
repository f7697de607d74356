//! The tests of `domain` that need more than one module: one binary, so that they link once.
#![expect(clippy::disallowed_methods, reason = "the tests read the repository's rulebook; the crate itself reads nothing")]

/// What differs between rulebooks.
#[cfg(test)]
mod changes;

/// Claims, over registers in memory.
#[cfg(test)]
mod claims;

/// Customers, on made-up programs.
#[cfg(test)]
mod customers;

/// The worked examples of the repository's rulebook.
#[cfg(test)]
mod examples;

/// What holds of registers after any history.
#[cfg(test)]
mod histories;
/// Partner admin links, in random histories.
#[cfg(test)]
mod links;

/// What holds of every program, on made-up ones.
#[cfg(test)]
mod plan;
mod properties;

/// Desks: entries that are changed.
#[cfg(test)]
mod record;

/// What a change touches, on made-up programs.
#[cfg(test)]
mod renewed;

/// Rosters, on made-up programs.
#[cfg(test)]
mod roster;

/// What a partner sees of customers' usage, on made-up programs.
#[cfg(test)]
mod seen;

/// The rulebook of the repository, read from its files.
#[cfg(test)]
mod rulebook;
