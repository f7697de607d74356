//! Turns: so many at once, one of each user, so many waiting, for so long.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::names::Name;

/// Turns that are taken and waited for.
pub struct Turns {
    at_once: usize,
    waiting_max: usize,
    patience: Duration,
    now: Mutex<Now>,
    freed: Condvar,
}

/// Who has a turn, and who waits for one.
struct Now {
    running: Vec<Name>,
    waiting: Vec<Name>,
}

/// A turn, until dropped.
#[derive(Debug)]
pub struct Turn<'t> {
    turns: &'t Turns,
    user: Name,
}

/// Why there is no turn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// The user's own queries wait already.
    #[error("a query of yours waits for its turn already")]
    Own,
    /// As many queries wait as may.
    #[error("{waiting} queries wait for their turn already")]
    Full {
        /// How many.
        waiting: usize,
    },
    /// The wait was too long.
    #[error("earlier queries are still being answered, and this one waited {seconds} seconds for its turn")]
    Waited {
        /// How long.
        seconds: u64,
    },
}

impl Turns {
    /// `at_once` turns, for which `waiting_max` wait as long as `patience` lasts.
    pub const fn new(at_once: usize, waiting_max: usize, patience: Duration) -> Self {
        let now = Mutex::new(Now { running: Vec::new(), waiting: Vec::new() });
        Self { at_once, waiting_max, patience, now, freed: Condvar::new() }
    }

    /// Takes a turn for a user, who has one at a time; waits for it if need be.
    ///
    /// # Errors
    /// When the user waits already, too many wait, or the wait is too long.
    pub fn take(&self, user: &Name) -> Result<Turn<'_>, Busy> {
        let mut now = self.now();
        if !self.is_free(&now, user) {
            if now.waiting.contains(user) {
                return Err(Busy::Own);
            }
            if now.waiting.len() >= self.waiting_max {
                return Err(Busy::Full { waiting: now.waiting.len() });
            }
            now.waiting.push(user.clone());
            let until = Instant::now() + self.patience;
            while !self.is_free(&now, user) {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                now = self.freed.wait_timeout(now, left).map_or_else(|poisoned| poisoned.into_inner().0, |(now, _)| now);
            }
            now.waiting.retain(|waiting| waiting != user);
            if !self.is_free(&now, user) {
                return Err(Busy::Waited { seconds: self.patience.as_secs() });
            }
        }
        now.running.push(user.clone());
        Ok(Turn { turns: self, user: user.clone() })
    }

    fn is_free(&self, now: &Now, user: &Name) -> bool {
        now.running.len() < self.at_once && !now.running.contains(user)
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Turns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turns").field("at_once", &self.at_once).finish_non_exhaustive()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.now().running.retain(|running| *running != self.user);
        self.turns.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    fn name(text: &str) -> Name {
        Name::new(text)
    }

    #[test]
    fn two_users_have_a_turn_and_a_third_is_told_after_the_wait() {
        let turns = Turns::new(2, 8, Duration::ZERO);
        let one = turns.take(&name("ann")).unwrap();
        let _other = turns.take(&name("ben")).unwrap();
        assert_eq!(turns.take(&name("cid")).unwrap_err(), Busy::Waited { seconds: 0 });
        drop(one);
        assert!(turns.take(&name("cid")).is_ok());
    }

    #[test]
    fn a_user_has_one_turn_at_a_time() {
        let turns = Turns::new(2, 8, Duration::ZERO);
        let first = turns.take(&name("ann")).unwrap();
        assert_eq!(turns.take(&name("ann")).unwrap_err(), Busy::Waited { seconds: 0 });
        drop(first);
        assert!(turns.take(&name("ann")).is_ok());
    }

    #[test]
    fn whoever_waits_has_the_turn_that_is_given_back_and_no_more_wait_than_may() {
        let turns = Turns::new(1, 1, LONG);
        let first = turns.take(&name("ann")).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| turns.take(&name("ben")).map(drop));
            while turns.now().waiting.is_empty() {
                std::thread::yield_now();
            }
            assert_eq!(turns.take(&name("ben")).unwrap_err(), Busy::Own);
            assert_eq!(turns.take(&name("cid")).unwrap_err(), Busy::Full { waiting: 1 });
            drop(first);
            assert_eq!(waiting.join().unwrap(), Ok(()));
        });
    }
}
