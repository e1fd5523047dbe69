//! When a status is due for review: somebody should look whether it is still right.

use super::{AUTOMATIC_RESET, Minutes, StatusRecord, Timestamp};

impl StatusRecord {
    /// Whether a reset made it GREEN: its deadline passed, and nobody has confirmed it since.
    #[must_use]
    pub fn is_automatic(&self) -> bool {
        self.modified.as_ref().is_some_and(|last| last.by == AUTOMATIC_RESET)
    }

    /// When this effective status of a service with this review interval is due for review. A GREEN that a reset made
    /// is due at once. `None` if it was never updated: then there is no date to count from.
    #[must_use]
    pub fn review_due(&self, review_after: Minutes) -> Option<Timestamp> {
        let modified = self.modified.as_ref()?.at;
        Some(if self.is_automatic() { modified } else { modified.plus(review_after) })
    }

    /// Whether this effective status is due for review at `now`, or was never set.
    #[must_use]
    pub fn is_overdue(&self, review_after: Minutes, now: Timestamp) -> bool {
        self.review_due(review_after).is_none_or(|due| now >= due)
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::domain::{CapacityStatus, Level, Modified};

    const HOUR: Minutes = Minutes(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds).expect("a time")
    }

    /// Set at second 1,000.
    fn red_until(deadline: i64) -> StatusRecord {
        let status = CapacityStatus::Limited { level: Level::Red, reset_at: at(deadline) };
        let modified = Modified { at: at(1_000), by: "ann".to_owned(), notes: None, reason: None };
        StatusRecord { version: 1, status, modified: Some(modified) }
    }

    #[test]
    fn a_status_is_due_for_review_a_fixed_time_after_it_was_set() {
        let red = red_until(99_999);
        assert_eq!(red.review_due(HOUR), Some(at(4_600)));
        assert_eq!([4_599, 4_600].map(|now| red.is_overdue(HOUR, at(now))), [false, true]);
    }

    #[test]
    fn a_green_that_nobody_confirmed_is_due_at_once() {
        let green = red_until(1_300).effective_at(at(1_300));
        assert!(green.is_automatic());
        assert_eq!(green.review_due(HOUR), Some(at(1_300)));
        assert!(green.is_overdue(HOUR, at(1_300)));
    }

    #[test]
    fn a_service_that_was_never_updated_is_overdue_and_has_no_date() {
        let never = StatusRecord::never_updated();
        assert!(!never.is_automatic());
        assert_eq!(never.review_due(HOUR), None);
        assert!(never.is_overdue(HOUR, at(0)));
    }
}
