//! Usage rows as columns, with a hash for every name, so that rows are told apart without touching texts.

/// Parquet files of the usual types.
mod fast;

use std::sync::{Arc, OnceLock};

use arrow_array::builder::StringViewBuilder;
use arrow_array::{Array, Decimal128Array, Int32Array, StringArray, StringViewArray};
use domain::facts::Consumption;
use domain::names::Name;
use memchr::{memchr, memchr_iter};
use xxhash_rust::xxh3::xxh3_128;

pub(crate) use fast::{Fast, fast_reader};

/// Rows decoded at a time.
const BATCH_ROWS: usize = 16 * 1024;

/// Rows of `consumption` as columns.
pub(crate) struct Columns {
    pub tenant: Texts,
    pub subscription: Texts,
    pub service: Texts,
    pub resource: Texts,
    pub offer: Texts,
    /// The tested day of each row, in days since 1970; a row that cannot be taken has none. It is of the month of the row's date.
    pub days: Vec<Option<i32>>,
    /// The file, as messages name it.
    pub file: Arc<str>,
    lines: Lines,
    amounts: Decimal128Array,
    /// What makes an amount's steps steps of [`Amount::SCALE`](domain::amount::Amount::SCALE).
    factor: i128,
}

impl Columns {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// The amount of a row, in steps of [`Amount::SCALE`](domain::amount::Amount::SCALE).
    #[inline]
    pub fn steps(&self, row: usize) -> i128 {
        if self.amounts.is_null(row) { 0 } else { self.amounts.value(row) * self.factor }
    }

    /// The line of a row in its file.
    pub fn line(&self, row: usize) -> u64 {
        match &self.lines {
            Lines::After(line) => line + row as u64 + 1,
            Lines::Each(lines) => lines[row],
        }
    }
}

/// On which lines rows are.
enum Lines {
    /// One after the other, after a line.
    After(u64),
    /// Each on its own.
    Each(Vec<u64>),
}

/// The leading part of a resource's id: `/subscriptions/S/resourceGroups/G`, or all of it when it has fewer segments.
pub(crate) fn leading(resource: &str) -> &str {
    let end = memchr_iter(b'/', resource.as_bytes()).nth(4);
    end.map_or(resource, |end| &resource[..end])
}

/// What follows the subscription in a resource's id, when the id begins with that subscription as it is spelled.
#[inline]
pub(crate) fn within<'r>(resource: &'r str, subscription: &str) -> Option<&'r str> {
    resource.strip_prefix("/subscriptions/")?.strip_prefix(subscription)?.strip_prefix('/')
}

/// The leading two segments of what follows the subscription, mostly `resourceGroups/G`, or all of it when it has fewer.
#[inline]
pub(crate) fn group_of(rest: &str) -> &str {
    const USUAL: &str = "resourceGroups/";
    let bytes = rest.as_bytes();
    let name = if rest.starts_with(USUAL) { Some(USUAL.len()) } else { memchr(b'/', bytes).map(|end| end + 1) };
    let end = name.and_then(|name| Some(name + memchr(b'/', &bytes[name..])?));
    end.map_or(rest, |end| &rest[..end])
}

/// In what form a name is hashed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// As it is spelled.
    Spelled,
    /// As it is compared: the same for all its spellings.
    Compared,
}

/// 128 bits that stand for a name as spelled, or for several in their order. Two of them are equal by chance about once in
/// 10^19 names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NameHash(pub u64, pub u64);

impl NameHash {
    /// What a row of names starts with.
    pub const START: Self = Self(0x2545_f491_4f6c_dd1d, 0x9fb2_1c65_1e98_df25);

    /// That of a name; blank ones have [`NameHash::START`].
    #[inline]
    pub fn of(form: Form, name: &str) -> Self {
        let is_plain = || name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        match form {
            Form::Spelled => Self::of_text(name),
            Form::Compared if is_plain() => Self::of_text(name.trim()),
            Form::Compared => Self::of_text(&name.trim().to_lowercase()),
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    fn of_text(text: &str) -> Self {
        if text.is_empty() {
            return Self::START;
        }
        let hash = xxh3_128(text.as_bytes());
        Self(hash as u64, (hash >> 64) as u64)
    }

    /// One of `count` shares that the name belongs to.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a share is less than the count")]
    pub const fn share(self, count: usize) -> usize {
        ((self.1 as u128 * count as u128) >> 64) as usize
    }

    /// This row of names with one more. Each step can be undone, so it makes no two rows equal that were not.
    #[inline]
    pub fn then(self, next: Self) -> Self {
        let low = (self.0 ^ next.0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let high = (self.1 ^ next.1).wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self(low.rotate_left(29), high.rotate_left(31))
    }
}

/// A column of names as spelled; an absent cell is blank.
#[derive(Debug, Clone)]
pub(crate) enum Texts {
    /// No cell has a name.
    Blank,
    /// Each cell by itself.
    Views(StringViewArray),
    /// Places in a dictionary, as the pages of a Parquet file have them.
    Coded(Int32Array, Arc<Dictionary>),
}

/// The names of a column, hashed once in each form that is asked for.
#[derive(Debug)]
pub(crate) struct Dictionary {
    names: StringArray,
    hashes: [OnceLock<Vec<NameHash>>; 2],
    /// Whether no name is blank or begins with a blank.
    is_full: bool,
}

impl Dictionary {
    fn new(names: StringArray) -> Self {
        let is_full = names.iter().flatten().all(|name| name.as_bytes().first().is_some_and(begins_name));
        Self { names, hashes: Default::default(), is_full }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether these are the names of the dictionary, from the same place in memory: every batch of a row group has an array of its own over it.
    fn is_of(&self, names: &StringArray) -> bool {
        let (own, other) = (self.names.offsets().inner(), names.offsets().inner());
        own.inner().as_ptr() == other.inner().as_ptr() && own.len() == other.len()
    }

    fn hashes(&self, form: Form) -> &[NameHash] {
        self.hashes[form as usize].get_or_init(|| (0..self.names.len()).map(|at| NameHash::of(form, self.names.value(at))).collect())
    }
}

impl Texts {
    /// The name in a row.
    #[inline]
    pub fn get(&self, row: usize) -> &str {
        match self {
            Self::Views(column) if column.is_valid(row) => column.value(row),
            Self::Coded(codes, dictionary) if codes.is_valid(row) => dictionary.names.value(place(codes, row)),
            _ => "",
        }
    }

    /// The hash of the name in a row.
    #[inline]
    pub fn hash(&self, form: Form, row: usize) -> NameHash {
        match self {
            Self::Coded(codes, dictionary) if codes.is_valid(row) => dictionary.hashes(form)[place(codes, row)],
            _ => NameHash::of(form, self.get(row)),
        }
    }

    /// The place of every row in a dictionary, when all rows have one.
    pub fn codes(&self) -> Option<(&[i32], &Arc<Dictionary>)> {
        match self {
            Self::Coded(codes, dictionary) if codes.null_count() == 0 => Some((codes.values(), dictionary)),
            _ => None,
        }
    }

    /// Whether no cell has a name; some that do not are not seen to.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Views(column) => column.null_count() == column.len(),
            Self::Coded(codes, _) => codes.null_count() == codes.len(),
        }
    }

    /// The hashes of all rows.
    pub fn hashes(&self, form: Form) -> Hashes<'_> {
        match self.codes() {
            Some((codes, dictionary)) => Hashes::Coded(codes, dictionary.hashes(form)),
            None => Hashes::Each(self, form),
        }
    }

    /// Whether no cell is blank or begins with a blank.
    fn is_full(&self) -> bool {
        match self {
            Self::Blank => false,
            // of a name that is not blank, the first byte stands behind its length, wherever the rest is
            Self::Views(column) => {
                let begins = |view: &u128| view & 0xffff_ffff != 0 && begins_name(&view.to_le_bytes()[4]);
                column.null_count() == 0 && column.views().iter().all(begins)
            }
            Self::Coded(codes, dictionary) => codes.null_count() == 0 && dictionary.is_full,
        }
    }
}

/// The hashes of a column's names, row by row.
#[derive(Clone, Copy)]
pub(crate) enum Hashes<'c> {
    /// Places in a dictionary, and the hashes there.
    Coded(&'c [i32], &'c [NameHash]),
    /// Hashed when asked for.
    Each(&'c Texts, Form),
}

impl Hashes<'_> {
    /// The hash of the name in a row.
    #[inline]
    pub fn of(&self, row: usize) -> NameHash {
        match self {
            Self::Coded(codes, hashes) => hashes[usize::try_from(codes[row]).unwrap_or_default()],
            Self::Each(texts, form) => texts.hash(*form, row),
        }
    }
}

const fn begins_name(byte: &u8) -> bool {
    *byte > b' '
}

#[inline]
fn place(codes: &Int32Array, row: usize) -> usize {
    usize::try_from(codes.value(row)).unwrap_or_default()
}

/// Rows gathered one by one, from files that are read as texts.
#[derive(Default)]
pub(crate) struct Gathered {
    names: [StringViewBuilder; 5],
    days: Vec<Option<i32>>,
    lines: Vec<u64>,
    amounts: Vec<i128>,
}

impl Gathered {
    /// How many rows are gathered before they are sent on.
    pub const ROWS: usize = BATCH_ROWS;

    /// How many rows are gathered.
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Adds the row on a line.
    pub fn push(&mut self, line: u64, row: &Consumption) {
        let optional = |name: &Option<Name>| name.as_ref().map_or("", Name::as_str).to_owned();
        let names =
            [row.tenant_id.as_str(), row.subscription_id.as_str(), &row.service, &optional(&row.resource_id), &optional(&row.offer)];
        for (builder, name) in self.names.iter_mut().zip(names) {
            builder.append_value(name);
        }
        self.days.push(Some(row.tested_day().epoch_days()));
        self.lines.push(line);
        self.amounts.push(row.acr_usd.steps());
    }

    /// The gathered rows of a file as columns.
    pub fn finish(self, file: Arc<str>) -> Columns {
        let [tenant, subscription, service, resource, offer] = self.names.map(|mut builder| Texts::Views(builder.finish()));
        let amounts = Decimal128Array::from(self.amounts);
        let lines = Lines::Each(self.lines);
        Columns { tenant, subscription, service, resource, offer, days: self.days, file, lines, amounts, factor: 1 }
    }
}
