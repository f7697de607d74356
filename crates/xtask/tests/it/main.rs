//! The tidy tests: rules that hold the shape of the repository, checked and not remembered.

/// Every Markdown page: titles, links, numbering.
mod documents;

/// Who may depend on what.
mod manifests;

/// The sources: sizes, order of modules, names, floats.
mod sources;

/// The files that version control knows.
mod tracked;
