//! What becomes of old and new rows of one table when they meet.

use std::collections::{HashMap, HashSet};

use crate::restatements::{Fact, Register};

/// The fates of rows, as places in the old and the new list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Old rows that stay.
    pub kept: Vec<usize>,
    /// Old rows that new ones restate.
    pub superseded: Vec<usize>,
    /// New rows that are taken in.
    pub accepted: Vec<usize>,
    /// New rows that were there already.
    pub duplicate: Vec<usize>,
}

impl Settled {
    /// Whether the table is not the same any more.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !self.accepted.is_empty() || !self.superseded.is_empty()
    }
}

/// Settles a register: a row that is there already is a duplicate; a row with the key of old rows and other values restates
/// them. Within `new` nothing restates. The rows at the places `refused` are left out.
#[must_use]
pub fn settle_register<R: Register>(old: &[R], new: &[R], refused: &HashSet<usize>) -> Settled {
    let mut known: HashSet<&R> = old.iter().collect();
    let mut settled = Settled::default();
    for (place, row) in new.iter().enumerate().filter(|(place, _)| !refused.contains(place)) {
        if known.insert(row) {
            settled.accepted.push(place);
        } else {
            settled.duplicate.push(place);
        }
    }
    let restated: HashSet<R::Key> = settled.accepted.iter().map(|place| new[*place].key()).collect();
    let present: HashSet<&R> = settled.duplicate.iter().map(|place| &new[*place]).collect();
    for (place, row) in old.iter().enumerate() {
        if !restated.is_empty() && restated.contains(&row.key()) && !present.contains(row) {
            settled.superseded.push(place);
        } else {
            settled.kept.push(place);
        }
    }
    settled
}

/// Settles facts of one source: the rows of a unit (tenant, subscription, day or month, workload) are restated together, unless
/// they are the same rows.
#[must_use]
pub fn settle_facts<R: Fact>(old: &[R], new: &[R]) -> Settled {
    let mut units: HashMap<R::Key, (Vec<usize>, Vec<usize>)> = HashMap::new();
    new.iter().enumerate().for_each(|(place, row)| units.entry(row.key()).or_default().1.push(place));
    let mut settled = Settled::default();
    for (place, row) in old.iter().enumerate() {
        match units.get_mut(&row.key()) {
            Some((olds, _)) => olds.push(place),
            None => settled.kept.push(place),
        }
    }
    for (olds, news) in units.into_values() {
        if is_same(olds.iter().map(|place| &old[*place]), news.iter().map(|place| &new[*place])) {
            settled.kept.extend(olds);
            settled.duplicate.extend(news);
        } else {
            settled.superseded.extend(olds);
            settled.accepted.extend(news);
        }
    }
    for places in [&mut settled.kept, &mut settled.superseded, &mut settled.accepted, &mut settled.duplicate] {
        places.sort_unstable();
    }
    settled
}

/// Settles facts that were refused and then mended: they join the rows of their unit. Of equal rows there are then as many as the one side or
/// the other has, so that mended rows which come twice, by themselves and with the whole file, count once.
#[must_use]
pub fn settle_mended<R: Fact>(old: &[R], new: &[R]) -> Settled {
    let mut there: HashMap<&R, usize> = HashMap::new();
    old.iter().for_each(|row| *there.entry(row).or_default() += 1);
    let mut settled = Settled { kept: (0..old.len()).collect(), ..Settled::default() };
    for (place, row) in new.iter().enumerate() {
        match there.get_mut(row).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                settled.duplicate.push(place);
            }
            None => settled.accepted.push(place),
        }
    }
    settled
}

/// Whether both hold the same rows, each as many times.
fn is_same<'a, R: Fact + 'a>(old: impl ExactSizeIterator<Item = &'a R>, new: impl ExactSizeIterator<Item = &'a R>) -> bool {
    if old.len() != new.len() {
        return false;
    }
    let mut counts: HashMap<&R, i64> = HashMap::new();
    old.for_each(|row| *counts.entry(row).or_default() += 1);
    new.for_each(|row| *counts.entry(row).or_default() -= 1);
    counts.values().all(|count| *count == 0)
}

#[cfg(test)]
mod tests {
    use domain::cells::Row;
    use domain::facts::{Consumption, PalLink};
    use proptest::prelude::*;

    use super::*;

    fn links(ends: &[(&str, &str)]) -> Vec<PalLink> {
        let link = |(who, to): &(&str, &str)| PalLink::read(&[Some("t"), Some(who), Some("101"), Some("2024-01-01"), Some(to)]).unwrap();
        ends.iter().map(link).collect()
    }

    fn usage(rows: &[(&str, &str)]) -> Vec<Consumption> {
        let row = |(day, acr): &(&str, &str)| Consumption::read(&[Some(day), Some("t"), Some("s"), Some("Backup"), Some(acr)]).unwrap();
        rows.iter().map(row).collect()
    }

    fn settled(kept: &[usize], superseded: &[usize], accepted: &[usize], duplicate: &[usize]) -> Settled {
        Settled { kept: kept.into(), superseded: superseded.into(), accepted: accepted.into(), duplicate: duplicate.into() }
    }

    #[test]
    fn a_register_row_with_other_values_restates_the_old_one_and_an_equal_one_is_a_duplicate() {
        let old = links(&[("p-1", ""), ("p-2", ""), ("p-3", "")]);
        let new = links(&[("p-1", "2024-05-01"), ("p-2", ""), ("p-4", ""), ("p-4", "")]);
        assert_eq!(settle_register(&old, &new, &HashSet::new()), settled(&[1, 2], &[0], &[0, 2], &[1, 3]));
    }

    #[test]
    fn rows_of_one_key_in_one_batch_do_not_restate_each_other() {
        let new = links(&[("p-1", "2024-05-01"), ("p-1", "2024-06-01")]);
        assert_eq!(settle_register(&[], &new, &HashSet::new()), settled(&[], &[], &[0, 1], &[]));
    }

    #[test]
    fn a_unit_of_facts_is_restated_as_a_whole_unless_it_is_the_same() {
        let old = usage(&[("2024-01-01", "1"), ("2024-01-01", "1"), ("2024-01-02", "3"), ("2024-01-03", "4")]);
        let same = usage(&[("2024-01-01", "1"), ("2024-01-01", "1.0")]);
        assert_eq!(settle_facts(&old, &same), settled(&[0, 1, 2, 3], &[], &[], &[0, 1]));
        let other = usage(&[("2024-01-01", "1"), ("2024-01-02", "3"), ("2024-01-02", "-3")]);
        assert_eq!(settle_facts(&old, &other), settled(&[3], &[0, 1, 2], &[0, 1, 2], &[]));
    }

    #[test]
    fn mended_rows_join_their_unit_and_the_same_again_changes_nothing() {
        let old = usage(&[("2024-01-01", "1"), ("2024-01-02", "3")]);
        let mended = usage(&[("2024-01-01", "7"), ("2024-01-01", "7"), ("2024-01-01", "1")]);
        assert_eq!(settle_mended(&old, &mended), settled(&[0, 1], &[], &[0, 1], &[2]));
        let now = [old, mended[..2].to_vec()].concat();
        assert_eq!(settle_mended(&now, &mended), settled(&[0, 1, 2, 3], &[], &[], &[0, 1, 2]));
    }

    /// Rows of two subscriptions, three days and two amounts: small enough to meet each other often.
    fn any_usage() -> impl Strategy<Value = Vec<Consumption>> {
        let row = (0..2_u8, 1..4_u8, 1..3_u8).prop_map(|(subscription, day, acr)| {
            let (day, subscription, acr) = (format!("2024-01-0{day}"), format!("s-{subscription}"), acr.to_string());
            Consumption::read(&[Some(&day), Some("t"), Some(&subscription), Some("Backup"), Some(&acr)]).unwrap()
        });
        proptest::collection::vec(row, 0..12)
    }

    proptest! {
        #[test]
        fn every_row_has_one_fate_and_the_same_batch_again_changes_nothing(old in any_usage(), new in any_usage()) {
            let settled = settle_facts(&old, &new);
            let mut of_old = [settled.kept.clone(), settled.superseded.clone()].concat();
            let mut of_new = [settled.accepted.clone(), settled.duplicate.clone()].concat();
            of_old.sort_unstable();
            of_new.sort_unstable();
            prop_assert_eq!(of_old, (0..old.len()).collect::<Vec<_>>());
            prop_assert_eq!(of_new, (0..new.len()).collect::<Vec<_>>());

            let kept = settled.kept.iter().map(|place| old[*place].clone());
            let now: Vec<Consumption> = kept.chain(settled.accepted.iter().map(|place| new[*place].clone())).collect();
            let again = settle_facts(&now, &new);
            prop_assert!(!again.has_changes());
            prop_assert_eq!(again.duplicate.len(), new.len());
        }
    }
}
