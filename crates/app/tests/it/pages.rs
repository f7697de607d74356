//! The pages, over a made-up program with partners in every state.

/// The made-up program.
pub mod program;

/// Explanations of the made-up program.
mod explained;

/// Customers and people of the made-up program.
mod estate;

/// A plain HTTP client, and the pages on a free port.
pub mod http;

/// Every page as text.
mod rendered;

/// Addresses, headers, problems and files.
mod routes;

/// Grids: order, choices, pages, files.
mod grids;

/// Every page in a browser: width, colours, keyboard, console.
pub mod browser;

/// A browser, driven.
pub mod webdriver;
