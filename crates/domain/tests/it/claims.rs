//! Claims, over registers in memory.

/// A town: partners, customers, reviewers, and acts on days.
mod town;

/// One claim's whole story.
mod story;

/// What waits for whom.
mod waiting;

/// What is refused, and why.
mod refusals;

/// What holds of random histories.
mod histories;
