//! Fault points: where tests end the program as if it were killed.
//!
//! In a build for tests, the variable `COUNTERFOIL_FAULT_AT` names the point, counted from 1, at which the program aborts: nothing
//! is tidied up, no destructor runs. Other builds have no such points.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

static AT: OnceLock<Option<u64>> = OnceLock::new();
static REACHED: AtomicU64 = AtomicU64::new(0);

/// A point at which the program may be killed.
pub fn point() {
    if !cfg!(debug_assertions) {
        return;
    }
    let at = *AT.get_or_init(|| std::env::var("COUNTERFOIL_FAULT_AT").ok()?.parse().ok());
    if at.is_some_and(|at| REACHED.fetch_add(1, Ordering::Relaxed) + 1 == at) {
        std::process::abort();
    }
}
