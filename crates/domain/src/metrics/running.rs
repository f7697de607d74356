//! Consumption of an account by month, summed once for all months of a window: who scores reads no cell twice for the same question.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::Measuring;
use super::consumption::cells;
use crate::amount::Amount;
use crate::attach::AttachSet;
use crate::credits::{ConsumptionCell, Credits, MonthSet};
use crate::names::Name;
use crate::partners::AccountIx;
use crate::time::Month;

/// Dollars by month.
#[derive(Debug, Clone, Default)]
pub(super) struct Months {
    first: Option<Month>,
    /// Dollars of the first month and of those after it; nothing where there is no cell.
    acr: Vec<Option<Amount>>,
}

impl Months {
    fn add(&mut self, month: Month, acr: Amount) {
        let first = *self.first.get_or_insert(month);
        let place = match usize::try_from(month.months_since(first)) {
            Ok(place) => place,
            Err(_) => {
                let more = usize::try_from(first.months_since(month)).unwrap_or_default();
                self.acr.splice(0..0, std::iter::repeat_n(None, more));
                self.first = Some(month);
                0
            }
        };
        if self.acr.len() <= place {
            self.acr.resize(place + 1, None);
        }
        *self.acr[place].get_or_insert_default() += acr;
    }

    /// Those of the `months` months up to `end` that have cells, with their dollars, oldest first.
    pub fn read(&self, end: Month, months: i32) -> impl Iterator<Item = (Month, Amount)> + '_ {
        let first = self.first.unwrap_or(end);
        let place = |month: Month| usize::try_from(month.months_since(first)).unwrap_or_default();
        let to = place(end.plus(1)).min(self.acr.len());
        let from = place(end.minus(months - 1)).min(to);
        let months = (0..).map(move |months| first.plus(months)).skip(from);
        months.zip(&self.acr[from..to]).filter_map(|(month, acr)| Some((month, (*acr)?)))
    }
}

/// What is summed, and for each of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum By {
    /// For each customer.
    Customer,
    /// For each service.
    Service,
}

/// Sums of the cells that a part reads.
#[derive(Debug, Default)]
pub(super) struct Running {
    /// Of all cells.
    pub total: Months,
    /// For each customer or service.
    pub each: Vec<(Name, Months)>,
}

impl Running {
    /// Sums cells in the order of customers and services.
    fn of<'c>(cells: impl Iterator<Item = &'c ConsumptionCell>, by: By) -> Self {
        let mut running = Self::default();
        let mut places: BTreeMap<&Name, usize> = BTreeMap::new();
        let mut last: Option<(&Name, usize)> = None;
        for cell in cells {
            let name = if by == By::Customer { &cell.tenant } else { &cell.service };
            let place = match last.filter(|(before, _)| *before == name) {
                Some((_, place)) => place,
                None => *places.entry(name).or_insert_with(|| {
                    running.each.push((name.clone(), Months::default()));
                    running.each.len() - 1
                }),
            };
            last = Some((name, place));
            running.total.add(cell.month, cell.acr);
            running.each[place].1.add(cell.month, cell.acr);
        }
        running.each.sort_by(|(one, _), (other, _)| one.cmp(other));
        running
    }
}

/// Which cells are summed. Where no cell holds for only some of the months that could read it, the sums are those of any scored month.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    accepts: AttachSet,
    services: Option<Name>,
    by: By,
    scored: Option<MonthSet>,
}

/// The sums of the account that was asked about last.
#[derive(Debug, Default)]
pub struct Memory(RefCell<OfAccount>);

#[derive(Debug, Default)]
struct OfAccount {
    account: Option<AccountIx>,
    /// Whether every cell holds for all scored months that are not before its own.
    is_even: bool,
    known: HashMap<Question, Rc<Running>>,
}

impl Memory {
    /// The sums of the account's consumption that a part reads.
    pub(super) fn of(&self, asked: &Measuring<'_, '_>, accepts: AttachSet, services: Option<&Name>, by: By) -> Rc<Running> {
        let mut memory = self.0.borrow_mut();
        if memory.account != Some(asked.account) {
            *memory = OfAccount { account: Some(asked.account), is_even: is_even(asked.credits, asked.account), known: HashMap::new() };
        }
        let scored = Some(asked.scored()).filter(|scored| !memory.is_even || scored.is_empty());
        let question = Question { accepts, services: services.cloned(), by, scored };
        let sums = || {
            // any scored month reads what the last one reads, up to its own month
            let last = asked.credits.months.last().filter(|_| scored.is_none());
            let asked = Measuring { month: last.unwrap_or(asked.month), ..*asked };
            Rc::new(Running::of(cells(&asked, accepts, services), by))
        };
        Rc::clone(memory.known.entry(question).or_insert_with(sums))
    }
}

fn is_even(credits: &Credits, account: AccountIx) -> bool {
    credits.consumption[account.0 as usize].iter().all(|cell| cell.scored == credits.months.from(cell.month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_added_in_any_order_and_read_without_gaps_in_the_middle() {
        let month = |back: i32| Month::new(2024, 10).minus(back);
        let mut months = Months::default();
        for (back, dollars) in [(3, 30), (1, 10), (5, 50), (3, 3)] {
            months.add(month(back), Amount::whole(dollars));
        }
        let read = |back: i32, count: i32| months.read(month(back), count).collect::<Vec<_>>();
        let dollars = |back: i32, dollars: i64| (month(back), Amount::whole(dollars));
        assert_eq!(read(0, 12), [dollars(5, 50), dollars(3, 33), dollars(1, 10)]);
        assert_eq!(read(3, 2), [dollars(3, 33)]);
        assert_eq!(read(4, 1), []);
        assert_eq!(read(6, 12), []);
        assert_eq!(read(-20, 3), []);
    }
}
