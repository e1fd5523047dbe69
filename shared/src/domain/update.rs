//! What an update makes of the stored status.

use super::{Author, Cause, Change, Grant, Note, Reason, RequestedStatus, StatusRecord, Timestamp};

/// A valid request to change a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpdate {
    /// The requested status.
    pub status: RequestedStatus,
    /// The notes of the caller, if any.
    pub note: Option<Note>,
    /// Why the service is AMBER or RED, if given. An update to GREEN drops it.
    pub reason: Option<Reason>,
}

impl StatusUpdate {
    /// Applies this update, made at `now` by the holder of `grant`, to the stored record.
    ///
    /// If the deadline of the record has passed, the transition has two changes: the reset, then the update.
    /// Versions are contiguous. Dates never decrease, even if clocks differ and `now` is before the last
    /// change.
    #[must_use]
    pub fn apply(&self, stored: &StatusRecord, grant: &Grant, now: Timestamp) -> StatusTransition {
        let reset = Change::due_reset(stored.version, stored.status, now);
        let before = stored.clone().effective_at(now);
        let at = before.modified.as_ref().map_or(now, |last| last.at.max(now));
        let status = self.status.resolve(at, now);
        let update = Change {
            version: before.version + 1,
            status,
            previous: before.status.rag(),
            at,
            notes: Some(Note::stored(self.note.as_ref())),
            reason: self.reason.clone().filter(|_| !status.rag().is_green()),
            by: Author::holder_of(grant),
            cause: Cause::Update,
        };
        StatusTransition {
            from_version: stored.version,
            after: StatusRecord::after(&update),
            changes: reset.into_iter().chain([update]).collect(),
        }
    }
}

/// What one transaction stores: one update, one moved deadline, or one reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusTransition {
    /// The stored version that it applies to. On any other version it must not be stored.
    pub from_version: u64,
    /// The history entries, oldest first: an update, after the reset that was due if any; or a moved deadline
    /// or a reset alone.
    pub changes: Vec<Change>,
    /// The record after the last change.
    pub after: StatusRecord,
}

impl StatusTransition {
    /// The same update, made by an operator in the user's name.
    #[must_use]
    pub fn by_operator(mut self, operator: &str) -> Self {
        if let Some(update) = self.changes.last_mut() {
            update.by.operator = Some(operator.to_owned());
        }
        self
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
pub(super) mod tests {
    use super::*;
    use crate::domain::{
        CapacityStatus, HierarchyPath, Level, Minutes, Modified, Rag, Service, ServiceDetails,
        User, authorise_update,
    };

    pub(in crate::domain) fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds).expect("a time")
    }

    /// The right of user `ann`, subject `s1`.
    pub(in crate::domain) fn grant() -> Grant {
        let path = HierarchyPath::parse("/1/").expect("a path");
        let user = User {
            subject: "s1".to_owned(),
            username: "ann".to_owned(),
            active: true,
            edit_capacity: true,
            services: vec![path.id()],
        };
        let details = ServiceDetails {
            name: "Pharmacy".to_owned(),
            type_id: 13,
            path,
            town: None,
            postcode: None,
            ods_code: None,
            phone: None,
            review_after: None,
            active: true,
        };
        let service = Service { details, record: StatusRecord::never_updated() };
        authorise_update(&user, &service).expect("a right")
    }

    fn amber(minutes: u32) -> StatusUpdate {
        let status = RequestedStatus::Limited { level: Level::Amber, reset_in: Minutes(minutes) };
        StatusUpdate { status, note: None, reason: None }
    }

    /// Version 4, changed at second 1,000.
    fn red_until(deadline: i64) -> StatusRecord {
        let status = CapacityStatus::Limited { level: Level::Red, reset_at: at(deadline) };
        let modified = Modified { at: at(1_000), by: "bob".to_owned(), notes: None, reason: None };
        StatusRecord { version: 4, status, modified: Some(modified) }
    }

    #[test]
    fn an_update_before_the_deadline_is_one_change() {
        let transition = amber(1).apply(&red_until(2_000), &grant(), at(1_500));
        let until = CapacityStatus::Limited { level: Level::Amber, reset_at: at(1_560) };
        let [change] = transition.changes.as_slice() else { unreachable!("one change") };
        assert_eq!((change.version, change.status, change.previous), (5, until, Rag::Red));
        assert_eq!((change.at, change.cause), (at(1_500), Cause::Update));
        let by =
            Author { subject: Some("s1".to_owned()), username: "ann".to_owned(), operator: None };
        assert_eq!((&change.by, change.notes.clone()), (&by, Some(Note::stored(None))));
        assert_eq!(transition.from_version, 4);
        assert_eq!(transition.after, StatusRecord::after(change));
    }

    #[test]
    fn an_update_after_the_deadline_stores_the_reset_first() {
        let transition = amber(1).apply(&red_until(2_000), &grant(), at(2_500));
        let [reset, update] = transition.changes.as_slice() else { unreachable!("two changes") };
        assert_eq!((reset.version, reset.at, reset.cause), (5, at(2_000), Cause::Reset));
        assert_eq!((update.version, update.at, update.previous), (6, at(2_500), Rag::Green));
        assert_eq!(transition.from_version, 4);
        assert_eq!(transition.after.version, 6);
    }

    #[test]
    fn dates_never_decrease_although_this_clock_is_behind() {
        let transition = amber(1).apply(&red_until(2_000), &grant(), at(900));
        assert_eq!(transition.after.modified.map(|last| last.at), Some(at(1_000)));
        // The deadline counts from this clock, and is never before the change.
        assert_eq!(transition.after.status.reset_at(), Some(at(1_000)));
    }

    #[test]
    fn only_amber_and_red_keep_the_reason() {
        let with_reason = |update| StatusUpdate { reason: Reason::parse("it"), ..update };
        let stored = |update: StatusUpdate| {
            let transition = with_reason(update).apply(&red_until(2_000), &grant(), at(1_500));
            let after = transition.after.modified.and_then(|last| last.reason);
            assert_eq!(transition.changes.last().map(|change| &change.reason), Some(&after));
            after
        };
        assert_eq!(stored(amber(1)), Reason::parse("IT"));
        let green = StatusUpdate { status: RequestedStatus::Green, note: None, reason: None };
        assert_eq!(stored(green), None);
        // In no minutes: the history has the AMBER with its reason, and readers see the GREEN of its reset.
        assert_eq!(stored(amber(0)), Reason::parse("IT"));
        let ended = with_reason(amber(0)).apply(&red_until(2_000), &grant(), at(1_500)).after;
        assert_eq!(ended.effective_at(at(1_500)).modified.and_then(|last| last.reason), None);
    }

    #[test]
    fn the_first_update_is_version_1() {
        let transition = amber(0).apply(&StatusRecord::never_updated(), &grant(), at(5));
        assert_eq!((transition.from_version, transition.after.version), (0, 1));
    }
}
