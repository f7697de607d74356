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

/// The demo several times over.
mod times;

/// What to try.
mod tour;

/// Users who sign in.
mod users;

/// Seats, users, revenue.
mod workplaces;

pub use folder::{write, write_copy};
pub use scene::MONTHS;
pub use times::TIMES_MAX;
pub use tour::tour;
pub use users::users;

use domain::facts::Program;
use domain::parties::User;
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

/// Tells the demo once more, of other customers, people and amounts: the program of a copy and its users, who share no name with those of
/// the other copies. The copy 0 is the demo itself.
#[must_use]
pub fn copy(seed: u64, as_of: Day, copy: u32) -> (Program, Vec<User>) {
    let mut program = generate(seed.wrapping_add(copy.into()), as_of);
    let mut users = users(&program);
    users.iter_mut().for_each(|user| times::set_user_apart(user, copy));
    times::set_apart(&mut program, copy);
    (program, users)
}
