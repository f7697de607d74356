//! The demo: a made-up program from a seed, with twelve partners that each have a story.
//!
//! No clock and no float library: a seed and a day give the same rows everywhere.

/// The partner companies.
pub mod cast;

/// What customers run on Azure.
mod estates;

/// Chance from a seed.
mod dice;

/// The folder that the demo is written to.
mod folder;

/// Names of customers and people.
mod names;

/// Certified people.
mod people;

/// The program in the making.
mod scene;

/// Azure services.
mod services;

/// What happens to each partner.
mod stories;

/// Associations.
mod ties;

/// What to try.
mod tour;

/// Users who sign in.
mod users;

/// Seats, users, revenue.
mod workplaces;

pub use folder::write;
pub use scene::MONTHS;
pub use tour::tour;
pub use users::users;

use domain::facts::Program;
use domain::time::Day;

/// The day of the demo: 2024-03-15. The last closed month is February 2024.
pub const AS_OF: Day = Day::from_epoch_days(19_797);

/// The seed of the demo.
pub const SEED: u64 = 2024;

/// Makes the program up: 300 customers, twelve partner companies, [`MONTHS`] months of usage up to the last month that is
/// closed on `as_of`. The stories are tuned for [`SEED`] and [`AS_OF`]; other seeds give other names and amounts.
#[must_use]
pub fn generate(seed: u64, as_of: Day) -> Program {
    let mut scene = scene::Scene::new(seed, as_of);
    stories::tell(&mut scene);
    scene.program
}
