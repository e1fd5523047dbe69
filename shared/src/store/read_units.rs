//! How much one page of a list may read, in DynamoDB's read units.
//!
//! A page stops when its next read could exceed what is left. What a read costs is known only afterwards, so each is
//! chosen as if everything in it were as large as this system can write it.

use super::keys::MAX_SORT_KEY_BYTES;
use crate::domain::limits;

/// The most read units of one page. A walk over a list takes more pages instead.
const MAX_PAGE_UNITS: f64 = 250.0;

/// What the caller's row costs: half a unit for each 4 KB, and 1,000 assignments are 12 KB.
const CALLER_UNITS: f64 = 2.0;

/// With less than this left, a page stops: ten rows, or some hundred entries of an index, are not worth a round trip.
const MIN_READ_UNITS: f64 = 30.0;

const UNIT_BYTES: f64 = 4096.0;

/// The largest row, with 945 characters of notes.
const MAX_ROW_BYTES: f64 = bytes_of_characters(
    limits::MAX_NAME_CHARS
        + limits::MAX_TOWN_CHARS
        + limits::MAX_POSTCODE_CHARS
        + limits::MAX_ODS_CODE_CHARS
        + limits::MAX_PHONE_CHARS
        + 945,
) + limits::MAX_USERNAME_BYTES as f64
    + MAX_SORT_KEY_BYTES as f64
    + NAMES_AND_NUMBERS_BYTES;

/// The largest entry of an index.
const MAX_ENTRY_BYTES: f64 = bytes_of_characters(limits::MAX_NAME_CHARS)
    + MAX_SORT_KEY_BYTES as f64
    + NAMES_AND_NUMBERS_BYTES;

/// The names of a row's attributes, and their numbers and words: some 340 bytes.
const NAMES_AND_NUMBERS_BYTES: f64 = 400.0;

/// The most that one query returns: DynamoDB stops after 1 MB, with the entry that exceeds it.
const MAX_QUERY_BYTES: f64 = 1_048_576.0 + MAX_ENTRY_BYTES;

/// In UTF-8 a character takes four bytes at most.
const fn bytes_of_characters(count: usize) -> f64 {
    4.0 * count as f64
}

/// What is left for a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnitBudget {
    left: f64,
}

impl UnitBudget {
    /// All of a page, without what the caller's row costs.
    pub(super) const fn new() -> Self {
        Self { left: MAX_PAGE_UNITS - CALLER_UNITS }
    }

    pub(super) fn spend(&mut self, units: f64) {
        self.left -= units;
    }

    /// How many of these rows one strongly consistent `BatchGetItem` may read: it rounds up each of them.
    pub(super) fn rows(&self, wanted: usize) -> usize {
        self.most(wanted, |count| count * batch_row_units())
    }

    /// How many of these rows one strongly consistent `Scan` may read: it rounds up their sum.
    pub(super) fn scanned_rows(&self, wanted: usize) -> usize {
        self.most(wanted, |count| (count * MAX_ROW_BYTES / UNIT_BYTES).ceil())
    }

    /// How many of these entries one eventually consistent `Query` may read. It leaves enough for one of their rows, so
    /// that each page gets further.
    pub(super) fn entries(&self, wanted: usize) -> usize {
        self.most(wanted, |count| {
            let bytes = (count * MAX_ENTRY_BYTES).min(MAX_QUERY_BYTES);
            (bytes / UNIT_BYTES).ceil() / 2.0 + batch_row_units()
        })
    }

    /// Whether another read is not worth it.
    pub(super) fn is_spent(&self) -> bool {
        self.left < MIN_READ_UNITS
    }

    fn most(&self, wanted: usize, cost: impl Fn(f64) -> f64) -> usize {
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        let affordable = (0..=wanted).rev().find(|count| cost(f64::from(*count)) <= self.left);
        affordable.filter(|_| !self.is_spent()).map_or(0, usize::from)
    }
}

/// What a row costs in a `BatchGetItem`, at most.
fn batch_row_units() -> f64 {
    (MAX_ROW_BYTES / UNIT_BYTES).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_as_large_as_the_budget_allows_at_worst() {
        let mut budget = UnitBudget::new();
        assert_eq!((budget.rows(100), budget.rows(25)), (100, 25));
        assert_eq!((budget.scanned_rows(100), budget.entries(1_600)), (100, 1_600));
        budget.spend(148.0);
        assert_eq!((budget.rows(100), budget.scanned_rows(100)), (50, 58));
        assert_eq!(budget.entries(1_600), 360);
    }

    #[test]
    fn a_budget_that_is_not_spent_allows_every_kind_of_read() {
        let mut budget = UnitBudget::new();
        while !budget.is_spent() {
            let one = [budget.rows(1), budget.scanned_rows(1), budget.entries(1)];
            assert_eq!(one, [1, 1, 1], "{budget:?}");
            budget.spend(0.5);
        }
        assert_eq!([budget.rows(1), budget.scanned_rows(1), budget.entries(1)], [0, 0, 0]);
    }
}
