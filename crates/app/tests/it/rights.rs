//! Who may see and do what: every route of the pages and of the REST API, as everybody.

/// A home with somebody in every role.
mod cast;

/// What is sent to addresses that take something.
mod bodies;

/// Every route that there is.
mod routes;

/// What everybody gets at every route.
mod matrix;

/// What commands tell to whom.
mod commands;

/// What roles do not see: money and people.
mod hidden;

/// What partners do not see: usage outside their associations.
mod uncovered;

/// What queries in SQL give to whom.
mod sql;

/// Lists, page by page.
mod pages_of_lists;

/// Roles that are lost.
mod lost;
