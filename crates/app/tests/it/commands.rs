//! The commands, run as people run them: the real program in a folder of its own.

/// The REST API.
pub mod api;

/// The log, and proving it.
mod audit;

/// Claims, from the draft to the loss.
pub mod claims;

/// Partner admin links by the vendor's contract, over HTTP.
mod arm;

/// The pages of customers: consent, partners, subscriptions, history.
pub mod customer_pages;

/// The pages of partners.
mod partner_pages;

/// The pages of the operator: queue, votes, arbitration.
mod operator_pages;

/// Partners of record, resale, learning profiles.
mod associations;

/// Usage as credited.
mod credit;

/// Programs without a browser sign in.
mod device;

/// A made-up program, made and imported.
mod demo;

/// What documents tell people to type.
mod docs;

/// Whether the home is sound.
mod doctor;

/// Files into the home and out of it.
mod import;

/// The pages of imports.
mod imports;
mod mending;

/// The ledger: undoing batches, closed months, imports that are killed.
mod ledger;

/// One answer in every form.
mod output;

/// Homes whose files are in storage.
pub mod storage;

/// Exports as they land.
pub mod watching;

/// Partner admin links.
mod pal;
mod plan;
mod reconcile;

/// Scores, explanations, history.
mod score;

/// Rulebooks: what differs, and who would lose or gain by one.
pub mod rulebook;

/// Rulebooks of a home.
mod rulebooks;

/// A claim's story, as it was known on each day.
mod replay;

/// What is told of input that will not do.
mod users;

/// Webhooks.
mod webhooks;

mod wrong_input;

/// Folders of files, and the program run in them.
pub mod scene;

/// The pages' door.
mod serve;

/// Questions in SQL.
mod sql;

/// Questions in SQL on a page and by the API.
mod sql_pages;

/// Signing in.
mod sign_in;
