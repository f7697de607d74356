//! Whose scores somebody may read.

use std::cell::OnceCell;

use domain::names::Name;
use domain::record::actor::{Actor, Organisation};
use domain::rights::{Act, On, allows};

/// Whose scores an actor may read. The policies are asked once about the actor's own account and once about others: what is of others is
/// the same to them whoever the others are.
pub struct Readable<'a> {
    actor: &'a Actor,
    own: OnceCell<bool>,
    others: OnceCell<bool>,
}

impl<'a> Readable<'a> {
    /// What `actor` may read.
    pub fn by(actor: &'a Actor) -> Self {
        Self { actor, own: OnceCell::new(), others: OnceCell::new() }
    }

    /// Whether the scores of an account may be read.
    pub fn has(&self, account: &Name) -> bool {
        let is_own = matches!(&self.actor.organisation, Some(Organisation::Partner(own)) if own == account);
        let told = if is_own { &self.own } else { &self.others };
        *told.get_or_init(|| allows(self.actor, Act::ScoreRead, &On::account(account)))
    }
}

#[cfg(test)]
mod tests {
    use domain::record::actor::Role;

    use super::*;

    #[test]
    fn a_partner_reads_its_own_scores_and_no_others_and_the_operator_all() {
        let (own, other) = (Name::new("900010"), Name::new("900020"));
        let reads = |organisation: Organisation, role: Role| {
            let actor = Actor::new("ann", organisation, [role]);
            let readable = Readable::by(&actor);
            [&own, &other, &own, &other].map(|account| readable.has(account))
        };
        assert_eq!(reads(Organisation::Partner(own.clone()), Role::AccountAdmin), [true, false, true, false]);
        assert_eq!(reads(Organisation::Operator, Role::ProgramManager), [true; 4]);
        assert_eq!(reads(Organisation::Customer("t1".into()), Role::GlobalAdmin), [false; 4]);
    }
}
