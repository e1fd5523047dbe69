//! What is known of a service's past: its changes since some time, of which statistics are counted.

use super::{Change, HistoryGap, Statistics, StatusRecord, Timestamp, Window};

/// Changes of a service that follow each other, up to the end of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownChanges {
    /// Oldest first.
    changes: Vec<Change>,
    before: BeforeChanges,
}

/// What came before the first known change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeforeChanges {
    /// Nothing: nobody had updated the service.
    NeverUpdated,
    /// Changes that are deleted; the oldest one that is left has this date.
    Pruned(Timestamp),
    /// Changes that were not read.
    NotRead,
}

/// Why there are no statistics of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatisticsError {
    /// Changes of that time are deleted; the oldest one that is left has this date.
    Pruned(Timestamp),
    /// It has more changes than were read.
    TooManyChanges,
}

impl KnownChanges {
    /// These changes, oldest first.
    ///
    /// # Errors
    /// [`HistoryGap`] if one is missing between them.
    pub fn new(changes: Vec<Change>, before: BeforeChanges) -> Result<Self, HistoryGap> {
        let mut following = changes.iter().zip(changes.iter().skip(1));
        let is_whole = following.all(|(change, next)| next.version == change.version + 1);
        if is_whole { Ok(Self { changes, before }) } else { Err(HistoryGap) }
    }

    /// The statistics of a window that ends where what is known ends, or earlier.
    ///
    /// # Errors
    /// It is not known what readers saw at its beginning.
    pub fn statistics(&self, window: Window) -> Result<Statistics, StatisticsError> {
        let first = self.changes.partition_point(|change| change.at < window.from());
        let (earlier, changes) = self.changes.split_at_checked(first).unwrap_or_default();
        let before = match (earlier.last(), self.before) {
            (Some(last), _) => StatusRecord::after(last),
            (None, BeforeChanges::NeverUpdated) => StatusRecord::never_updated(),
            (None, BeforeChanges::Pruned(oldest)) => return Err(StatisticsError::Pruned(oldest)),
            (None, BeforeChanges::NotRead) => return Err(StatisticsError::TooManyChanges),
        };
        Ok(Statistics::of(window, &before, changes))
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::domain::{Author, CapacityStatus, Cause, Level, Rag};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds).expect("a time")
    }

    /// RED from this second on.
    fn red(version: u64, seconds: i64) -> Change {
        Change {
            version,
            status: CapacityStatus::Limited { level: Level::Red, reset_at: at(9_999) },
            previous: Rag::Green,
            at: at(seconds),
            notes: None,
            reason: None,
            by: Author { subject: None, username: "ann".to_owned(), operator: None },
            cause: Cause::Update,
        }
    }

    /// The seconds of GREEN and RED in the window that ends at 900, of one that turns RED at 300 and 600.
    fn seconds(from: i64, before: BeforeChanges) -> Result<(u64, u64), StatisticsError> {
        let known = KnownChanges::new(vec![red(7, 300), red(8, 600)], before).expect("no gap");
        let window = Window::new(at(from), at(900)).expect("a window");
        let statistics = known.statistics(window)?;
        Ok((statistics.green_seconds, statistics.red_seconds.values().sum()))
    }

    #[test]
    fn a_window_needs_to_know_what_was_before_it() {
        let pruned = BeforeChanges::Pruned(at(300));
        for before in [BeforeChanges::NeverUpdated, pruned, BeforeChanges::NotRead] {
            assert_eq!(seconds(301, before), Ok((0, 599)), "{before:?}");
            assert_eq!(seconds(899, before), Ok((0, 1)), "{before:?}");
        }
        for from in [100, 300] {
            let green = u64::try_from(300 - from).expect("a number");
            assert_eq!(seconds(from, BeforeChanges::NeverUpdated), Ok((green, 600)));
            assert_eq!(seconds(from, pruned), Err(StatisticsError::Pruned(at(300))));
            let too_many = Err(StatisticsError::TooManyChanges);
            assert_eq!(seconds(from, BeforeChanges::NotRead), too_many);
        }
    }

    #[test]
    fn a_missing_change_is_an_error() {
        for changes in [[red(1, 5), red(3, 6)], [red(2, 5), red(2, 6)]] {
            assert_eq!(KnownChanges::new(changes.into(), BeforeChanges::NotRead), Err(HistoryGap));
        }
    }
}
