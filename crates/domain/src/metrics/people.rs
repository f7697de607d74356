//! Certified people: gates and the scoring step.

use std::collections::BTreeSet;

use super::{Leaf, Measurement, Measuring, Term};
use crate::facts::Certification;
use crate::fraction::Fraction;
use crate::names::Name;
use crate::reasons::Reason;
use crate::rulebook::designations::{Gate, Scoring};

/// The people in the scoring step when every gate is met. A person counts once per step, in any number of steps.
pub(super) fn certified(asked: &Measuring<'_, '_>, gates: &[Gate], scoring: &[Scoring]) -> Measurement {
    let people: Vec<&Name> = asked.people.of(asked.account, asked.day).collect();
    let open: Vec<&Gate> = gates.iter().filter(|gate| gate.holds_on(asked.day)).collect();
    let mut terms: Vec<Term> = Vec::new();
    let mut are_met = true;
    for gate in &open {
        let list: BTreeSet<&Name> = gate.any_of.iter().collect();
        let label = || {
            let names = gate.any_of.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ").to_uppercase();
            format!("gate: {} people with {names}", gate.people)
        };
        let term = step(asked, &people, &list, label, None);
        are_met &= term.value >= Fraction::whole(gate.people);
        terms.push(term);
    }
    let on_day = scoring.iter().filter(|list| list.holds_on(asked.day));
    let list: BTreeSet<&Name> = on_day.flat_map(|list| &list.any_of).collect();
    let blocked = (!are_met).then_some(Reason::GateNotMet);
    let term = step(asked, &people, &list, || "people in the scoring step".to_owned(), blocked);
    let value = term.value.clone();
    let arithmetic = asked.told(|| match are_met {
        true if open.is_empty() => format!("{} people", value.brief()),
        true => format!("every gate is met: {} people", value.brief()),
        false => "a gate is not met: nobody counts".to_owned(),
    });
    terms.push(term);
    Measurement { value, unit: "people", arithmetic, terms, base: None }
}

/// The people who hold a certificate of the list that counts on the day; of the others those who hold one that does not.
fn step(
    asked: &Measuring<'_, '_>,
    people: &[&Name],
    list: &BTreeSet<&Name>,
    label: impl FnOnce() -> String,
    blocked: Option<Reason>,
) -> Term {
    let leaf = |person: &&Name| -> Option<Leaf> {
        let on_list: Vec<&Certification> =
            asked.people.certificates_of(person).filter(|certificate| list.contains(&certificate.certification)).collect();
        let judged = on_list.iter().map(|certificate| (asked.people.counts(certificate, asked.day), *certificate));
        let (verdict, certificate) = judged.min_by_key(|(verdict, certificate)| (verdict.err(), *certificate))?;
        let reason = verdict.err().or(blocked);
        Some(Leaf {
            tenant: None,
            item: Some(certificate.certification.clone()),
            person: Some((*person).clone()),
            value: if reason.is_none() { Fraction::whole(1) } else { Fraction::zero() },
            reason,
            figures: Vec::new(),
        })
    };
    Term::sum(asked, label, people.iter().filter_map(leaf))
}
