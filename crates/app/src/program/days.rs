//! Credits and scores of the days asked for last. A change is applied to those of a day when the day is asked for again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::designations::Scored;
use domain::estates::{Strays, Touched};
use domain::time::Day;

/// For how many days credits are kept, so that a server answers at once.
const DAYS_KEPT: usize = 32;

/// A day as it was asked for, with what changes have touched since.
#[derive(Clone)]
pub(super) struct KeptDay {
    pub scored: Arc<Scored>,
    pub touched: Touched,
}

/// The days asked for last.
#[derive(Default)]
pub(super) struct Days(Mutex<Vec<KeptDay>>);

impl Days {
    /// What is kept of a day.
    pub fn of(&self, day: Day) -> Option<KeptDay> {
        self.all().iter().find(|kept| kept.scored.as_of == day).cloned()
    }

    /// Keeps a day in the place of what was kept of it.
    pub fn keep(&self, scored: &Arc<Scored>) {
        let mut all = self.all();
        all.retain(|kept| kept.scored.as_of != scored.as_of);
        if all.len() == DAYS_KEPT {
            all.remove(0);
        }
        all.push(KeptDay { scored: Arc::clone(scored), touched: Touched::default() });
    }

    /// The days after a change.
    pub fn after(&self, touched: &Touched) -> Self {
        let mut days = self.all().clone();
        days.iter_mut().for_each(|kept| kept.touched.absorb(touched));
        Self(Mutex::new(days))
    }

    /// The subscriptions that rows of consumption name as those of customers whose they are not known to be, as far as is known.
    pub fn strays(&self) -> Strays {
        self.all().iter().flat_map(|kept| &kept.scored.strays).cloned().collect::<BTreeSet<_>>()
    }

    fn all(&self) -> MutexGuard<'_, Vec<KeptDay>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
