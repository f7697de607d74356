//! Sums as rows, so that they can come from another machine.
//!
//! The rows of one share of the customers are five lists after one another: bases, services, sets, cells, and the customers and
//! subscriptions that rows name together. What a row means its first column says.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::ArrowError;
use domain::amount::Amount;
use domain::attach::{AttachSet, AttachType};
use domain::credits::MonthSet;
use domain::lines::FlaggedTie;
use domain::names::Name;
use domain::partners::{AccountIx, LocationIx};
use domain::ties::Role;
use domain::time::Day;

use super::groups::ByGroup;
use super::{ByAccount, ByLine, Credited, Crediting, SumCell, Sums};
use crate::sheet::{self, Cell, Kind};

/// The columns.
pub(crate) const COLUMNS: [(&str, Kind); 9] = [
    ("share", Kind::Count),
    ("list", Kind::Count),
    ("a", Kind::Count),
    ("b", Kind::Count),
    ("c", Kind::Count),
    ("month", Kind::Day),
    ("acr_usd", Kind::Amount),
    ("one", Kind::Text),
    ("two", Kind::Text),
];

/// Rows of a batch at most: batches travel as messages, which may not be large.
const BATCH_ROWS: usize = 16_384;

/// More processors than any machine has work on a share.
const PARTS_MAX: usize = 1_000_000;

const BASES: i64 = 0;
const SERVICES: i64 = 1;
const SETS: i64 = 2;
const CELLS: i64 = 3;
const ESTATES: i64 = 4;
const FIRST: i64 = 5;

/// What usage is credited by, in texts.
pub(super) trait Wired: Crediting {
    fn texts<'b>(&self, base: &'b Self::Base) -> [&'b str; 2];
    fn write(&self, share: &Self::Share) -> String;
    fn read(&self, text: &str) -> Option<Self::Share>;
}

/// A row: its list, three numbers, a month and a sum, two texts.
type Line = (i64, [i64; 3], Option<(Day, Amount)>, [String; 2]);

/// The sums of a share as rows; several processors worked on it, and their numbers are put behind one another.
pub(super) fn write<C: Wired>(crediting: &C, share: usize, credited: &Credited<C>) -> Result<Vec<RecordBatch>, ArrowError> {
    let mut batches = Vec::new();
    let mut pending: Vec<Vec<Cell<'static>>> = Vec::new();
    let mut flush = |pending: &mut Vec<Vec<Cell<'static>>>| -> Result<(), ArrowError> {
        batches.push(sheet::batch(&COLUMNS, pending.drain(..))?);
        Ok(())
    };
    let none = || Cell::Count(0);
    for (part, sums) in credited.parts.iter().enumerate() {
        let part = i64::try_from(share * PARTS_MAX + part).unwrap_or(i64::MAX);
        let mut line = |(list, [a, b, c], sum, [one, two]): Line| {
            let (month, acr) = sum.map_or_else(|| (none(), none()), |(month, acr)| (Cell::Day(month), Cell::Amount(acr)));
            let numbers = [part, list, a, b, c].map(Cell::Count);
            pending.push(numbers.into_iter().chain([month, acr, Cell::text(one), Cell::text(two)]).collect());
            if pending.len() == BATCH_ROWS { flush(&mut pending) } else { Ok(()) }
        };
        each_line(crediting, sums, &mut line)?;
        if let Some(first) = credited.first {
            line((FIRST, [0; 3], Some((first.first_day(), Amount::ZERO)), Default::default()))?;
        }
    }
    flush(&mut pending)?;
    Ok(batches)
}

fn each_line<C: Wired>(crediting: &C, sums: &Sums<C>, line: &mut impl FnMut(Line) -> Result<(), ArrowError>) -> Result<(), ArrowError> {
    for base in &sums.bases {
        line((BASES, [0; 3], None, crediting.texts(base).map(str::to_owned)))?;
    }
    for service in &sums.services {
        line((SERVICES, [0; 3], None, [service.clone(), String::new()]))?;
    }
    for (set, shares) in sums.sets.iter().enumerate() {
        let set = i64::try_from(set).unwrap_or(i64::MAX);
        // a set without anybody is there as well
        line((SETS, [set, 0, 0], None, Default::default()))?;
        for share in shares {
            line((SETS, [set, 1, 0], None, [crediting.write(share), String::new()]))?;
        }
    }
    for cell in &sums.cells {
        let numbers = [cell.base, cell.service, cell.set].map(i64::from);
        line((CELLS, numbers, Some((cell.month.first_day(), cell.sum)), Default::default()))?;
    }
    for (tenant, subscription) in &sums.estates {
        line((ESTATES, [0; 3], None, [tenant, subscription].map(ToString::to_string)))?;
    }
    Ok(())
}

/// The sums of every share; its own rows come in their order. Nothing when they are not such rows.
pub(super) fn read<C: Wired>(crediting: &C, batches: &[RecordBatch]) -> Option<Credited<C>> {
    let mut parts: BTreeMap<i64, Sums<C>> = BTreeMap::new();
    let mut first = None;
    for batch in batches {
        if batch.num_columns() != COLUMNS.len() {
            return None;
        }
        let number = |at: usize| batch.column(at).as_primitive_opt::<Int64Type>();
        let (shares, lists, a, b, c) = (number(0)?, number(1)?, number(2)?, number(3)?, number(4)?);
        let months = batch.column(5).as_primitive_opt::<Date32Type>()?;
        let amounts = batch.column(6).as_primitive_opt::<Decimal128Type>()?;
        let (one, two) = (batch.column(7).as_string_opt::<i32>()?, batch.column(8).as_string_opt::<i32>()?);
        for row in 0..batch.num_rows() {
            let sums = parts.entry(shares.value(row)).or_insert_with(|| Sums {
                bases: Vec::new(),
                services: Vec::new(),
                sets: Vec::new(),
                cells: Vec::new(),
                estates: Vec::new(),
            });
            let month = || months.is_valid(row).then(|| Day::from_epoch_days(months.value(row)).month());
            match lists.value(row) {
                BASES => sums.bases.push(crediting.base(one.value(row), two.value(row))),
                SERVICES => sums.services.push(one.value(row).to_owned()),
                SETS if b.value(row) == 0 => sums.sets.push(Vec::new()),
                SETS => sums.sets.get_mut(usize::try_from(a.value(row)).ok()?)?.push(crediting.read(one.value(row))?),
                CELLS => {
                    let [base, service, set] = [a, b, c].map(|numbers| u32::try_from(numbers.value(row)));
                    let sum = Amount::from_steps(amounts.value(row));
                    sums.cells.push(SumCell { base: base.ok()?, service: service.ok()?, set: set.ok()?, month: month()?, sum });
                }
                ESTATES => sums.estates.push((Name::new(one.value(row)), Name::new(two.value(row)))),
                FIRST => first = first.into_iter().chain(month()).min(),
                _ => return None,
            }
        }
    }
    Some(Credited { parts: parts.into_values().collect(), first })
}

fn attach_number(attach: AttachType) -> usize {
    AttachType::ALL.iter().position(|known| *known == attach).unwrap_or_default()
}

impl Wired for ByAccount<'_> {
    fn texts<'b>(&self, base: &'b Name) -> [&'b str; 2] {
        [base.as_str(), ""]
    }

    fn write(&self, (account, attach, months): &Self::Share) -> String {
        let attached = AttachType::ALL.iter().map(|kind| if attach.meets(AttachSet::of(*kind)) { '1' } else { '0' });
        let scored = self.months.iter().map(|month| if months.meets(self.months.only(month)) { '1' } else { '0' });
        format!("{} {} {}", account.0, attached.collect::<String>(), scored.collect::<String>())
    }

    fn read(&self, text: &str) -> Option<Self::Share> {
        let mut words = text.split(' ');
        let account = AccountIx(words.next()?.parse().ok()?);
        let attached = AttachType::ALL.iter().zip(words.next()?.chars()).filter(|(_, is)| *is == '1');
        let attach = attached.fold(AttachSet::NONE, |set, (kind, _)| set.or(AttachSet::of(*kind)));
        let scored = self.months.iter().zip(words.next().unwrap_or_default().chars()).filter(|(_, is)| *is == '1');
        let months = scored.fold(MonthSet::default(), |set, (month, _)| set.or(self.months.only(month)));
        Some((account, attach, months))
    }
}

impl Wired for ByLine<'_> {
    fn texts<'b>(&self, (tenant, subscription): &'b (Name, Name)) -> [&'b str; 2] {
        [tenant.as_str(), subscription.as_str()]
    }

    fn write(&self, tie: &FlaggedTie) -> String {
        let flags = [tie.duplicate_in_account, tie.duplicate_in_attach, tie.duplicate_in_location].map(|flag| if flag { '1' } else { '0' });
        let role = tie.role.as_ref().map(|role| format!(" {}", role.spelled())).unwrap_or_default();
        format!("{} {} {}{role}", attach_number(tie.attach), tie.location.0, flags.iter().collect::<String>())
    }

    fn read(&self, text: &str) -> Option<FlaggedTie> {
        // a role may have blanks in its name
        let mut words = text.splitn(4, ' ');
        let attach = *AttachType::ALL.get(words.next()?.parse::<usize>().ok()?)?;
        let location = LocationIx(words.next()?.parse().ok()?);
        let flags: Vec<bool> = words.next()?.chars().map(|flag| flag == '1').collect();
        let [duplicate_in_account, duplicate_in_attach, duplicate_in_location] = flags.try_into().ok()?;
        let role = words.next().map(Role::new);
        Some(FlaggedTie { attach, location, role, duplicate_in_account, duplicate_in_attach, duplicate_in_location })
    }
}

impl Wired for ByGroup<'_> {
    fn texts<'b>(&self, [tenant, subscription]: &'b Self::Base) -> [&'b str; 2] {
        [tenant, subscription]
    }

    fn write(&self, account: &AccountIx) -> String {
        account.0.to_string()
    }

    fn read(&self, text: &str) -> Option<AccountIx> {
        text.parse().ok().map(AccountIx)
    }
}
