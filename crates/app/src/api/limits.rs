//! How often somebody may ask.

use std::num::NonZeroU32;

use domain::names::Name;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::api::problem::Problem;

/// Requests a second that a user may make, over time.
const A_SECOND: NonZeroU32 = NonZeroU32::new(200).expect("it is not zero");

/// Requests that a user may make at once.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(2_000).expect("it is not zero");

/// How often each user has asked lately.
pub struct Limits {
    lately: RateLimiter<Name, DefaultKeyedStateStore<Name>, DefaultClock, StateInformationMiddleware>,
}

impl Default for Limits {
    fn default() -> Self {
        let quota = Quota::per_second(A_SECOND).allow_burst(AT_ONCE);
        Self { lately: RateLimiter::dashmap(quota).with_middleware() }
    }
}

impl Limits {
    /// Counts a request of a user; gives how many more may be made at once.
    ///
    /// # Errors
    /// When the user asks too often.
    pub fn take(&self, user: &Name) -> Result<u32, Problem> {
        match self.lately.check_key(user) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(not_until) => Err(Problem::too_often(not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1)),
        }
    }
}
