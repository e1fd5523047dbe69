//! How long a service had each status, over a window of time.
//!
//! It counts what readers were shown, second by second: the seconds of a window always add up to its length.

use std::collections::BTreeMap;

use super::{Cause, Change, Rag, StatusRecord, Window};

/// How long a service had each status in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Seconds of GREEN.
    pub green_seconds: u64,
    /// Seconds of AMBER by reason; `None` without one.
    pub amber_seconds: BTreeMap<Option<String>, u64>,
    /// Seconds of RED by reason; `None` without one.
    pub red_seconds: BTreeMap<Option<String>, u64>,
    /// How often a deadline passed: the service became GREEN, and nobody said so.
    pub unconfirmed_resets: u64,
    /// The longest time without a second of another status than RED, in seconds.
    pub longest_red_seconds: u64,
}

impl Statistics {
    /// The statistics of a service that was shown as `before` just before the changes. These are all its changes in
    /// the window, oldest first.
    pub(super) fn of(window: Window, before: &StatusRecord, changes: &[Change]) -> Self {
        let mut counted = Counted { statistics: Self::default(), window, red_seconds: 0 };
        let (mut shown, mut since) = (before.clone(), window.from());
        for change in changes {
            let at = change.at.clamp(window.from(), window.to());
            counted.add(&shown, at.seconds_since(since));
            counted.add_reset(change);
            (shown, since) = (StatusRecord::after(change), at);
        }
        counted.add(&shown, window.to().seconds_since(since));
        counted.statistics
    }
}

/// The statistics of a part of the window.
struct Counted {
    statistics: Statistics,
    window: Window,
    /// The seconds of RED at its end.
    red_seconds: u64,
}

impl Counted {
    fn add(&mut self, shown: &StatusRecord, seconds: u64) {
        // A status that was replaced in the same second was shown to nobody.
        if seconds == 0 {
            return;
        }
        let rag = shown.status.rag();
        self.red_seconds = if rag == Rag::Red { self.red_seconds + seconds } else { 0 };
        let Statistics { green_seconds, amber_seconds, red_seconds, longest_red_seconds, .. } =
            &mut self.statistics;
        *longest_red_seconds = self.red_seconds.max(*longest_red_seconds);
        let reason = shown.modified.as_ref().and_then(|last| last.reason.as_ref());
        let reason = reason.map(|reason| reason.as_str().to_owned());
        *match rag {
            Rag::Green => green_seconds,
            Rag::Amber => amber_seconds.entry(reason).or_default(),
            Rag::Red => red_seconds.entry(reason).or_default(),
        } += seconds;
    }

    fn add_reset(&mut self, change: &Change) {
        let is_in = self.window.from() <= change.at && change.at < self.window.to();
        let is_reset = is_in && change.cause == Cause::Reset;
        self.statistics.unconfirmed_resets += u64::from(is_reset);
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::domain::{Author, CapacityStatus, Level, Reason, Timestamp};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds).expect("a time")
    }

    fn window(from: i64, to: i64) -> Window {
        Window::new(at(from), at(to)).expect("a window")
    }

    fn change(version: u64, seconds: i64, status: CapacityStatus, reason: Option<&str>) -> Change {
        Change {
            version,
            status,
            previous: Rag::Green,
            at: at(seconds),
            notes: None,
            reason: reason.and_then(Reason::parse),
            by: Author { subject: None, username: "ann".to_owned(), operator: None },
            cause: Cause::Update,
        }
    }

    fn limited(version: u64, seconds: i64, level: Level, reason: Option<&str>) -> Change {
        let status = CapacityStatus::Limited { level, reset_at: at(9_999_999) };
        change(version, seconds, status, reason)
    }

    fn reset(version: u64, seconds: i64) -> Change {
        Change { cause: Cause::Reset, ..change(version, seconds, CapacityStatus::Green, None) }
    }

    fn of(window: Window, changes: &[Change]) -> Statistics {
        Statistics::of(window, &StatusRecord::never_updated(), changes)
    }

    fn sum(statistics: &Statistics) -> u64 {
        let Statistics { green_seconds, amber_seconds, red_seconds, .. } = statistics;
        green_seconds + amber_seconds.values().sum::<u64>() + red_seconds.values().sum::<u64>()
    }

    #[test]
    fn the_seconds_of_all_statuses_are_the_window() {
        let changes = [
            limited(1, 100, Level::Amber, None),
            limited(2, 150, Level::Red, Some("IT")),
            limited(3, 180, Level::Red, None),
            reset(4, 300),
        ];
        let statistics = of(window(40, 1_000), &changes);
        let expected = Statistics {
            green_seconds: 60 + 700,
            amber_seconds: BTreeMap::from([(None, 50)]),
            red_seconds: BTreeMap::from([(Some("IT".to_owned()), 30), (None, 120)]),
            unconfirmed_resets: 1,
            longest_red_seconds: 150,
        };
        assert_eq!((sum(&statistics), statistics), (960, expected));
    }

    #[test]
    fn a_service_that_does_not_change_has_one_status_all_the_time() {
        let never = of(window(0, 1_000), &[]);
        assert_eq!(never, Statistics { green_seconds: 1_000, ..Statistics::default() });
        let red = StatusRecord::after(&limited(7, 10, Level::Red, Some("SITE")));
        let statistics = Statistics::of(window(20, 50), &red, &[]);
        let by_reason = BTreeMap::from([(Some("SITE".to_owned()), 30)]);
        let expected =
            Statistics { red_seconds: by_reason, longest_red_seconds: 30, ..Statistics::default() };
        assert_eq!(statistics, expected);
    }

    #[test]
    fn a_reset_counts_in_one_of_two_windows_that_follow_each_other() {
        let changes = [limited(1, 100, Level::Red, None), reset(2, 300)];
        let resets = |from, to| of(window(from, to), &changes).unconfirmed_resets;
        assert_eq!([resets(0, 300), resets(300, 900), resets(301, 900)], [0, 1, 0]);
    }

    #[test]
    fn what_was_replaced_in_the_same_second_takes_no_time_and_interrupts_nothing() {
        let changes = [
            limited(1, 100, Level::Red, None),
            reset(2, 200),
            limited(3, 200, Level::Red, None),
            change(4, 300, CapacityStatus::Green, None),
        ];
        let statistics = of(window(0, 400), &changes);
        assert_eq!((statistics.longest_red_seconds, statistics.green_seconds), (200, 200));
        assert_eq!(statistics.unconfirmed_resets, 1);
    }

    #[test]
    fn the_longest_red_is_within_the_window() {
        let changes = [
            limited(1, 0, Level::Red, None),
            limited(2, 400, Level::Amber, None),
            limited(3, 500, Level::Red, None),
        ];
        assert_eq!(of(window(300, 700), &changes).longest_red_seconds, 200);
        assert_eq!(of(window(300, 550), &changes).longest_red_seconds, 100);
    }
}
