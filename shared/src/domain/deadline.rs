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
