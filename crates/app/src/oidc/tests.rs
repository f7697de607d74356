//! What is taken from a provider, and what is refused.

/// A provider that does as it is told.
mod fake;

/// Ways to it and back.
mod journeys;
