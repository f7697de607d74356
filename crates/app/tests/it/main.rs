//! What the program does, seen from outside.

/// A partner's journey through the program, in a browser.
#[cfg(test)]
mod browser;

/// Programs of other people.
#[cfg(test)]
mod clients;

/// A scheduler and executors as processes.
#[cfg(feature = "cluster")]
#[cfg(test)]
mod cluster;

/// The commands, run as people run them.
#[cfg(test)]
mod commands;

/// The demo and its stories.
#[cfg(test)]
mod demo;

/// Homes, imports and watching on emulated clouds.
#[cfg(test)]
mod emulators;

/// The pages, over HTTP and in a browser.
#[cfg(test)]
mod pages;

/// Who may see and do what: every route, as everybody.
#[cfg(test)]
mod rights;
