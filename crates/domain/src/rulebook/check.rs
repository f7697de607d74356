//! Whether the rules of a rulebook fit together: what a type cannot say.

use crate::rulebook::Rulebook;
use crate::rulebook::parse::RulebookProblem;

/// Every way in which the rules do not fit together. `files` are the texts that they were read from, to name lines.
pub(crate) fn check(_rulebook: &Rulebook, _files: &[(String, String)]) -> Vec<RulebookProblem> {
    Vec::new()
}
