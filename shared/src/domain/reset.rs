//! The reset rule: at its deadline a status is GREEN.
//!
//! The rule applies on every read, so readers do not depend on the job that stores resets. A reset has the
//! version after the one that it ends. Its date is the deadline, even if it is stored much later.

use super::{
    Author, CapacityStatus, Cause, Change, Minutes, Rag, StatusRecord, StatusTransition, Timestamp,
};

impl StatusRecord {
    /// What a reader sees at `now`: this record, or GREEN from the second of its deadline on.
    ///
    /// Its version is the *effective version*: after the deadline it is the version that the reset has, or
    /// will have once it is stored.
    #[must_use]
    pub fn effective_at(self, now: Timestamp) -> Self {
        match Change::due_reset(self.version, self.status, now) {
            Some(reset) => Self::after(&reset),
            None => self,
        }
    }

    /// The transition that stores the reset, if the deadline has passed by `now`.
    #[must_use]
    pub fn expire(&self, now: Timestamp) -> Option<StatusTransition> {
        let reset = Change::due_reset(self.version, self.status, now)?;
        let after = Self::after(&reset);
        Some(StatusTransition { from_version: self.version, changes: vec![reset], after })
    }
}

impl Change {
    /// The reset of a status that was stored under this version, if its deadline has passed by `now`.
    pub(super) fn due_reset(version: u64, status: CapacityStatus, now: Timestamp) -> Option<Self> {
        let deadline = status.reset_at().filter(|deadline| now >= *deadline)?;
        Some(Self {
            version: version + 1,
            status: CapacityStatus::Green,
            previous: status.rag(),
            at: deadline,
            notes: None,
            reason: None,
            by: Author::automatic_reset(),
            cause: Cause::Reset,
        })
    }

    /// The reset between this change and the next stored one, if history lacks it. Without a next one: the
    /// reset that is due by `now`.
    ///
    /// A reset can be missing because it is not stored yet, or because a query read half of a transaction of
    /// a reset and an update (DynamoDB isolates queries by item only).
    ///
    /// # Errors
    /// [`HistoryGap`] if another change than a reset is missing.
    pub fn missing_reset(
        &self,
        next: Option<NextChange>,
        now: Timestamp,
    ) -> Result<Option<Self>, HistoryGap> {
        let Some(next) = next else {
            return Ok(Self::due_reset(self.version, self.status, now));
        };
        // A cursor can name a reset that an update replaced: then this change is the next one itself.
        if next.version <= self.version + 1 {
            return Ok(None);
        }
        let reset = Self::due_reset(self.version, self.status, next.at);
        let fits = next.version == self.version + 2 && next.previous.is_none_or(Rag::is_green);
        reset.filter(|_| fits).map(Some).ok_or(HistoryGap)
    }

    /// This change, as what follows an earlier one.
    #[must_use]
    pub const fn as_next(&self) -> NextChange {
        NextChange { version: self.version, at: self.at, previous: Some(self.previous) }
    }
}

/// What is known of the change that follows in history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextChange {
    /// The version after it.
    pub version: u64,
    /// Its date.
    pub at: Timestamp,
    /// The status before it; `None` if that is not known.
    pub previous: Option<Rag>,
}

/// A change is missing in history: a query read half of a transaction that is being applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryGap;

/// The minutes until the reset that an update may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetLimits {
    /// If the update does not say.
    pub default: Minutes,
    /// The minimum.
    pub min: Minutes,
    /// The maximum.
    pub max: Minutes,
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::domain::{AUTOMATIC_RESET, Level, Modified, Rag};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds).expect("a time")
    }

    /// Version 4, stored at second 100.
    fn red_until(deadline: i64) -> StatusRecord {
        let status = CapacityStatus::Limited { level: Level::Red, reset_at: at(deadline) };
        let modified = Modified {
            at: at(100),
            by: "ann".to_owned(),
            notes: Some("full".to_owned()),
            reason: None,
        };
        StatusRecord { version: 4, status, modified: Some(modified) }
    }

    #[test]
    fn a_status_is_green_from_the_second_of_its_deadline_on() {
        let red = red_until(160);
        assert_eq!(red.clone().effective_at(at(159)), red);
        let modified =
            Modified { at: at(160), by: AUTOMATIC_RESET.to_owned(), notes: None, reason: None };
        let reset =
            StatusRecord { version: 5, status: CapacityStatus::Green, modified: Some(modified) };
        for now in [160, 161, 1_000_000] {
            assert_eq!(red.clone().effective_at(at(now)), reset, "{now}");
        }
    }

    #[test]
    fn readers_see_the_same_before_and_after_a_reset_is_stored() {
        let red = red_until(160);
        let stored = red.expire(at(160)).expect("a reset").after;
        assert_eq!(stored, red.effective_at(at(9_999)));
        assert_eq!(stored.clone().effective_at(at(9_999)), stored);
    }

    #[test]
    fn only_a_status_past_its_deadline_expires() {
        assert_eq!(red_until(160).expire(at(159)), None);
        assert_eq!(StatusRecord::never_updated().expire(at(9_999)), None);
        let transition = red_until(160).expire(at(500)).expect("a reset");
        assert_eq!(transition.from_version, 4);
        let [reset] = transition.changes.as_slice() else { unreachable!("one change") };
        assert_eq!((reset.version, reset.at, reset.previous), (5, at(160), Rag::Red));
        assert_eq!((reset.cause, reset.by.subject.as_deref()), (Cause::Reset, None));
    }

    #[test]
    fn history_lacks_a_reset_that_is_due_or_that_the_next_version_skips() {
        let [red, _] = moved_deadline();
        let reset = Change::due_reset(1, red.status, at(160)).expect("a reset");
        assert_eq!(red.missing_reset(None, at(159)), Ok(None));
        assert_eq!(red.missing_reset(None, at(160)), Ok(Some(reset.clone())));
        let next = |version, seconds, previous| {
            Some(NextChange { version, at: at(seconds), previous: Some(previous) })
        };
        assert_eq!(red.missing_reset(next(2, 150, Rag::Red), at(9_999)), Ok(None));
        assert_eq!(red.missing_reset(next(2, 160, Rag::Red), at(9_999)), Ok(None));
        assert_eq!(red.missing_reset(next(1, 160, Rag::Red), at(9_999)), Ok(None));
        // The reader's clock may be behind the one that stored the next change.
        let after_reset = next(3, 160, Rag::Green);
        assert_eq!(red.missing_reset(after_reset, at(0)), Ok(Some(reset)));
    }

    #[test]
    fn a_gap_in_history_that_no_reset_explains_is_an_error() {
        let [red, _] = moved_deadline();
        for (version, seconds, previous) in
            [(3, 159, Rag::Green), (3, 160, Rag::Red), (4, 200, Rag::Green)]
        {
            let next = NextChange { version, at: at(seconds), previous: Some(previous) };
            assert_eq!(red.missing_reset(Some(next), at(9_999)), Err(HistoryGap), "{next:?}");
        }
    }

    /// RED until second 160, moved at second 150 to second 300.
    fn moved_deadline() -> [Change; 2] {
        let red = Change {
            version: 1,
            status: red_until(160).status,
            previous: Rag::Green,
            at: at(100),
            notes: None,
            reason: None,
            by: Author { subject: None, username: "ann".to_owned(), operator: None },
            cause: Cause::Update,
        };
        let moved = Change {
            version: 2,
            status: red_until(300).status,
            previous: Rag::Red,
            at: at(150),
            cause: Cause::Deadline,
            ..red.clone()
        };
        [red, moved]
    }

    #[test]
    fn a_status_whose_deadline_was_moved_has_no_reset_until_the_new_one() {
        let [red, moved] = moved_deadline();
        assert_eq!(red.missing_reset(Some(moved.as_next()), at(9_999)), Ok(None));
        assert_eq!(moved.missing_reset(None, at(299)), Ok(None));
        let reset = Change::due_reset(2, moved.status, at(300)).expect("a reset");
        assert_eq!((reset.version, reset.at), (3, at(300)));
        assert_eq!(moved.missing_reset(None, at(300)), Ok(Some(reset.clone())));
        let next = NextChange { version: 4, at: at(300), previous: Some(Rag::Green) };
        assert_eq!(moved.missing_reset(Some(next), at(0)), Ok(Some(reset)));
        let early = NextChange { at: at(299), ..next };
        assert_eq!(moved.missing_reset(Some(early), at(9_999)), Err(HistoryGap));
    }

    /// Even if the old deadline has passed before the change that follows.
    #[test]
    fn a_moved_deadline_that_history_lacks_is_no_reset() {
        let [red, moved] = moved_deadline();
        let again = Change { version: 3, at: at(200), ..moved };
        assert_eq!(red.missing_reset(Some(again.as_next()), at(9_999)), Err(HistoryGap));
        // The moved deadline, and its reset.
        let next = NextChange { version: 4, at: at(300), previous: Some(Rag::Green) };
        assert_eq!(red.missing_reset(Some(next), at(9_999)), Err(HistoryGap));
    }
}
