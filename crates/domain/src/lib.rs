//! What the words mean: facts → associations → credits → metrics → points → designations.
//!
//! Pure: no I/O, no async, no clock, no randomness, no float in a result. A module uses only modules declared above it,
//! so the list below is the architecture.

/// Names as people write them, and as they are compared.
pub mod names;

/// Days, months and half-open intervals of days.
pub mod time;

/// Exact decimal amounts.
pub mod amount;

/// Exact fractions: metric values and points.
pub mod fraction;

/// Cells of the exchange format.
pub mod cells;

/// The closed lists of words that tables use.
pub mod words;

/// Facts: what we were told.
pub mod facts;

/// Attach types: the kinds of tie.
pub mod attach;

/// The rulebook: the program's rules as dated, sourced data.
pub mod rulebook;

/// Who can be credited.
pub mod partners;

/// The system of record: who acts, what they change, and the log of it.
pub mod record;

/// Rights: who may do and see what.
pub mod rights;

/// Parties: partner accounts, customers, subscriptions, principals, users.
pub mod parties;

/// Notices: what an organisation is told of.
pub mod notices;

/// Tokens: what machines sign in with.
pub mod tokens;

/// Chains: who sells a subscription.
pub mod chains;

/// Partners of record: the customer says who serves a subscription.
pub mod of_record;

/// Enrolments in resale: direct bill, indirect provider, indirect reseller.
pub mod enrolment;

/// Resale: sales of subscriptions begin, move and end.
pub mod resale;

/// Learning profiles: certified people link their own to a partner.
pub mod profiles;

/// Accounts: the operator keeps partner accounts, customers and principals.
pub mod accounts;

/// Subscriptions: what is tied to one ends with it, and its successor inherits nothing.
pub mod subscriptions;

/// Partner admin links, made by the linked identities themselves.
pub mod links;

/// Webhooks: addresses that are told of events.
pub mod webhooks;

/// Versions of the rulebook: proposed, published, replaced, withdrawn.
pub mod versions;

/// Claims: from the draft to the end of the association.
pub mod claims;

/// Actions: what waits for somebody.
pub mod actions;

/// Disclosure: which figures an association opens to its partner.
pub mod disclosure;

/// Sight: what an actor may see of registers.
pub mod sight;

/// What stands: every register that is read together with the facts.
pub mod standing;

/// The register: associations as facts record them.
pub mod register;

/// Ties: which locations a row of usage is credited to.
pub mod ties;

/// Associations by ID: what a tie goes back to, as exports name it.
pub mod associations;

/// Credited lines: consumption as credited, with duplicate flags.
pub mod lines;

/// The revenue floor of direct-bill partners.
pub mod floor;

/// Reason codes: why something does not count.
pub mod reasons;

/// Estates: the rows of a program by customer, and what differs between two programs.
pub mod estates;

/// Credits: usage summed by the account that it is credited to.
pub mod credits;

/// The inventory of partner admin links: what each reaches, and whether it works.
pub mod inventory;

/// Certified people: links and certificates on a day.
pub mod people;

/// Metrics: values measured on credits and people.
pub mod metrics;

/// Points: values turned into points.
pub mod points;

/// Designations: tracks, the floor, the window and the status.
pub mod designations;

/// Plans: what more of something would give, and the cheapest way to a designation.
pub mod plan;

/// What another rulebook would make of scores: who gains, who loses, and which metric moved them.
pub mod impact;

/// Evidence: the rows that concern a partner, credited or not.
pub mod evidence;

/// The roster: people, certificates, steps, and what expires when.
pub mod roster;

/// Customers: what ties a partner to each of them, and what is credited there.
pub mod customers;

/// Reconciling: the vendor's figures beside ours, each difference with its likely cause.
pub mod reconcile;

/// Explanations: the tree behind a score.
pub mod explain;

/// Worked examples: facts and the results expected of them.
pub mod examples;
