//! The pages: what a browser shows. One file for each page, with a template of the same name in `templates/pages`.
//!
//! Pages read through [`Reading`](crate::pages::reading::Reading); only those of imports change anything. They work without scripts: links
//! and plain forms.

/// What the pages read.
pub mod reading;

/// Every address.
pub mod paths;

/// Numbers, units and lists in words.
pub mod show;

/// Light and dark.
mod theme;

/// Who is signed in.
pub mod gate;

/// Stylesheets and the icon.
mod assets;

/// Guards around every page.
pub mod guards;

/// A request for a page.
mod visit;

/// Workspaces of customers and of the operator.
mod workspace;

/// What stands around a page.
mod frame;

/// Acting from a page.
mod acting;

/// Problems as pages.
mod problem;

/// Signing in by an identity provider.
mod providers;

/// Forms that act.
pub mod ask;

/// Names of parties.
pub mod named;

/// What an association opens to its partner.
mod opened;

/// Events in words.
mod told;

/// Fields of forms.
mod fields;

/// A partner's workspace on the registers.
mod partner_workspace;

/// Every event about an entry.
mod story;

/// Drawings.
mod charts;

/// What a score says, in words.
mod answers;

/// Parts that several pages share.
mod parts;

/// Grids: rows that can be sorted, picked, paged and downloaded.
pub mod grid;

/// Ways through an explanation.
mod tree;

/// The list of partners.
mod partners;

/// The months before.
mod history;

/// What changed since the month before.
mod changes;

/// A partner's Home.
mod home;

/// A designation of a partner.
mod designation;

/// Why a metric has its number.
mod metric;

/// Influenced ACR by month.
mod influence;

/// What the metrics make of each customer.
mod given;

/// A partner's customers.
mod customers;

/// Which months of which customers are covered.
mod coverage;

/// One customer.
mod customer;

/// A partner's people.
mod people;

/// What waits for the visitor, and what they want by e-mail.
pub mod actions;

/// A partner's claims.
mod claims;

/// Signing in a program that has no browser.
pub mod device;

/// Signing in and out.
pub mod sign_in;

/// Where links lead that are good once.
mod welcome;

/// The visitor's own account.
mod account;

/// Partners of record, as a partner sees them.
mod record;

/// A partner's admin links.
mod links;

/// What a partner resells.
mod resale;

/// What a partner influences.
mod insights;

/// The cheapest way to a partner's designations.
mod plan;

/// A partner's users, webhooks and tokens.
mod settings;

/// The visitor's own learning profile.
mod profile;

/// What programs may ask for.
mod reference;

/// The ledger: imports, undoing them, months.
mod imports;

/// A customer's inbox.
mod inbox;

/// Who is tied to a customer's tenant.
mod tied;

/// A customer's subscriptions, with their partners of record.
mod subscriptions;

/// A customer's history.
mod past;

/// What waits for reviewers.
mod queue;

/// Two claims beside each other.
mod arbitration;

/// The operator's registers.
mod registers;

/// The log.
mod audit;

/// The rulebook's values.
mod rulebooks;

/// Asking in SQL.
mod sql;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::post;

use crate::pages::acting::form;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, answer, page};

/// The pages of an opened program, with their files, gate and guards. Once its home has users, they ask to sign in; without users, and of
/// a dataset folder, they ask nobody: listen on loopback only.
pub fn router(reading: Arc<dyn Reading>) -> Router {
    let pages = Router::new()
        .route("/", page(partners::show))
        .route("/partners/{partner}", page(home::show))
        .route("/partners/{partner}/designations/{area}", page(designation::show))
        .route("/partners/{partner}/designations/{area}/metrics/{metric}", page(metric::show))
        .route("/partners/{partner}/customers", page(customers::show))
        .route("/partners/{partner}/coverage", page(coverage::show))
        .route("/partners/{partner}/customers/{tenant}", page(customer::show))
        .route("/partners/{partner}/people", page(people::show).merge(form(people::take)))
        .route("/api", page(reference::show))
        .route("/theme", post(theme::choose))
        .merge(actions::routes())
        .merge(sign_in::routes())
        .merge(device::routes())
        .merge(providers::routes())
        .merge(welcome::routes())
        .merge(account::routes())
        .merge(imports::routes())
        .merge(inbox::routes())
        .merge(tied::routes())
        .merge(subscriptions::routes())
        .merge(queue::routes())
        .merge(arbitration::routes())
        .merge(registers::routes())
        .merge(audit::routes())
        .merge(rulebooks::routes())
        .merge(sql::routes())
        .route("/customer/history", page(past::show))
        .merge(claims::routes())
        .merge(record::routes())
        .merge(links::routes())
        .merge(resale::routes())
        .merge(settings::routes())
        .merge(profile::routes())
        .route("/partners/{partner}/insights", page(insights::show))
        .route("/partners/{partner}/plan", page(plan::show))
        .merge(assets::routes())
        .fallback(async |visit: Visit| answer(visit, |visit| Err(Problem::nowhere(&visit.address))).await);
    let gated = pages.layer(from_fn_with_state(gate::Gate::of(&reading), gate::pass));
    guards::guard(gated, &reading.outside()).with_state(reading)
}
