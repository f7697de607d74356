//! What the program does, seen from outside.

mod commands;
mod demo;

/// The pages, over HTTP and in a browser.
mod pages;
