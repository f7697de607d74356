//! What the program does, seen from outside.

/// The demo and its stories.
#[cfg(test)]
mod demo;

/// The pages, over HTTP and in a browser.
mod pages;
