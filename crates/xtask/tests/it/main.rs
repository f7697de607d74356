//! The tidy tests: rules that hold the shape of the repository, checked and not remembered.
//!
//! (Always built for tests; `cfg(test)` tells clippy so, which lets helpers unwrap as tests may.)

/// Every Markdown page: titles, links, numbering.
#[cfg(test)]
mod documents;

/// Who may depend on what.
#[cfg(test)]
mod manifests;

/// The sources: sizes, order of modules, names, floats.
#[cfg(test)]
mod sources;

/// The files that version control knows.
#[cfg(test)]
mod tracked;
