//! Moving the deadline of a status that stays as it is.

use super::{
    Author, CapacityStatus, Cause, Change, Grant, Minutes, StatusRecord, StatusTransition,
    Timestamp,
};

/// A valid request to move a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlineUpdate {
    /// From now on.
    pub reset_in: Minutes,
}

/// Readers are shown GREEN, which has no deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDeadline;

impl DeadlineUpdate {
    /// "Extend by": what remains until the deadline, rounded up to minutes, and these minutes more. Sent at any time
    /// before the deadline, it never makes the deadline earlier.
    ///
    /// # Errors
    /// [`NoDeadline`] if the effective status is GREEN at `now`.
    pub fn extend_by(
        minutes: Minutes,
        effective: &StatusRecord,
        now: Timestamp,
    ) -> Result<Self, NoDeadline> {
        let deadline = effective.status.reset_at().ok_or(NoDeadline)?;
        let remaining = deadline.seconds_since(now).div_ceil(60);
        let remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
        Ok(Self { reset_in: Minutes(remaining.saturating_add(minutes.0)) })
    }

    /// Applies this request, made at `now` by the holder of `grant`, to the stored record. Status, notes and reason
    /// stay; the deadline counts from `now`, but is never before the date of the change.
    ///
    /// # Errors
    /// [`NoDeadline`] if readers are shown GREEN at `now`: an expired status is set again by an update.
    pub fn apply(
        self,
        stored: &StatusRecord,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<StatusTransition, NoDeadline> {
        let (CapacityStatus::Limited { level, .. }, Some(last)) =
            (stored.clone().effective_at(now).status, &stored.modified)
        else {
            return Err(NoDeadline);
        };
        let at = last.at.max(now);
        let change = Change {
            version: stored.version + 1,
            status: CapacityStatus::Limited { level, reset_at: now.plus(self.reset_in).max(at) },
            previous: level.into(),
            at,
            notes: last.notes.clone(),
            reason: last.reason.clone(),
            by: Author::holder_of(grant),
            cause: Cause::Deadline,
        };
        Ok(StatusTransition {
            from_version: stored.version,
            after: StatusRecord::after(&change),
            changes: vec![change],
        })
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::domain::{
        Level, Modified, Rag, Reason,
        update::tests::{at, grant},
    };

    const DAY: i64 = 24 * 60 * 60;

    /// Version 4, set by `bob` at second 100,000, with notes and a reason.
    fn amber_until(deadline: i64) -> StatusRecord {
        let status = CapacityStatus::Limited { level: Level::Amber, reset_at: at(deadline) };
        let modified = Modified {
            at: at(100_000),
            by: "bob".to_owned(),
            notes: Some("two nurses away".to_owned()),
            reason: Reason::parse("STAFFING"),
        };
        StatusRecord { version: 4, status, modified: Some(modified) }
    }

    fn moved(stored: &StatusRecord, minutes: u32, now: i64) -> StatusTransition {
        let update = DeadlineUpdate { reset_in: Minutes(minutes) };
        update.apply(stored, &grant(), at(now)).expect("a deadline")
    }

    /// Every second that can remain, by a clock that is right and by one five minutes behind the status, whose
    /// deadline is never before its date.
    #[test]
    fn an_extension_never_shortens() {
        for (minutes, now) in [1, 120, 1_440]
            .into_iter()
            .flat_map(|minutes| [99_700, 123_457].map(|now| (minutes, now)))
        {
            let least = (100_000 - now).max(1);
            for remaining in (least..=DAY).step_by(if minutes == 1 { 1 } else { 59 }) {
                let stored = amber_until(now + remaining);
                let update = DeadlineUpdate::extend_by(Minutes(minutes), &stored, at(now));
                let transition = update.expect("AMBER").apply(&stored, &grant(), at(now));
                let deadline = transition.expect("AMBER").after.status.reset_at().expect("one");
                let asked = at(now + remaining).plus(Minutes(minutes));
                assert!(deadline >= asked, "{remaining} s and {minutes} min: {deadline} {asked}");
                assert!(deadline.seconds_since(asked) < 60, "{remaining} s and {minutes} min");
            }
        }
    }

    #[test]
    fn an_extension_by_any_number_of_minutes_ends_with_the_last_year() {
        let (stored, now) = (amber_until(253_402_300_799), at(100_000));
        let update = DeadlineUpdate::extend_by(Minutes(u32::MAX), &stored, now).expect("AMBER");
        assert_eq!(update.reset_in, Minutes(u32::MAX));
        let after = update.apply(&stored, &grant(), now).expect("AMBER").after;
        assert_eq!(after.status.reset_at(), stored.status.reset_at());
    }

    #[test]
    fn a_moved_deadline_changes_the_deadline_the_author_and_the_date_alone() {
        let stored = amber_until(103_600);
        let transition = moved(&stored, 90, 101_000);
        let [change] = transition.changes.as_slice() else { unreachable!("one change") };
        let status = CapacityStatus::Limited { level: Level::Amber, reset_at: at(106_400) };
        assert_eq!((change.version, change.status, change.previous), (5, status, Rag::Amber));
        assert_eq!((change.at, change.cause), (at(101_000), Cause::Deadline));
        let by =
            Author { subject: Some("s1".to_owned()), username: "ann".to_owned(), operator: None };
        assert_eq!(change.by, by);
        let last = stored.modified.expect("bob's");
        assert_eq!((&change.notes, &change.reason), (&last.notes, &last.reason));
        let after = StatusRecord::after(change);
        assert_eq!((transition.from_version, transition.after), (4, after));
    }

    #[test]
    fn a_deadline_can_be_moved_nearer_and_until_its_last_second() {
        let stored = amber_until(103_600);
        for (minutes, now, deadline) in
            [(1, 100_000, 100_060), (1_440, 100_000, 186_400), (1, 103_599, 103_659)]
        {
            assert_eq!(moved(&stored, minutes, now).after.status.reset_at(), Some(at(deadline)));
        }
    }

    #[test]
    fn what_readers_are_shown_as_green_has_no_deadline() {
        let green = StatusRecord { status: CapacityStatus::Green, ..amber_until(103_600) };
        for (stored, now) in [
            (StatusRecord::never_updated(), 100_000),
            (green, 100_000),
            (amber_until(103_600), 103_600),
            (amber_until(103_600), 999_999),
            (amber_until(100_000), 100_000),
        ] {
            let update = DeadlineUpdate { reset_in: Minutes(5) };
            assert_eq!(update.apply(&stored, &grant(), at(now)), Err(NoDeadline), "{now}");
            let effective = stored.effective_at(at(now));
            let extension = DeadlineUpdate::extend_by(Minutes(5), &effective, at(now));
            assert_eq!(extension, Err(NoDeadline), "{now}");
        }
    }

    #[test]
    fn dates_never_decrease_although_this_clock_is_behind() {
        for (minutes, deadline) in [(10, 100_300), (1, 100_000)] {
            let after = moved(&amber_until(103_600), minutes, 99_700).after;
            assert_eq!(after.modified.map(|last| last.at), Some(at(100_000)));
            // The deadline counts from this clock, and is never before the change.
            assert_eq!(after.status.reset_at(), Some(at(deadline)));
        }
    }
}
