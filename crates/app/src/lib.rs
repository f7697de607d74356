//! The outside: what the binary `counterfoil` is made of.

/// The demo: a made-up program, made from a seed.
pub mod demo;

/// The pages: what a browser shows.
pub mod pages;
