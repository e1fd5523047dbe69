//! A status over time: what is stored, what a reader is shown, and what an update makes of it.

use super::{CapacityStatus, Grant, Note, Rag, Target, Timestamp};

/// Who is shown as having changed a status that fell back to GREEN at its deadline.
pub const AUTOMATIC_RESET: &str = "automatic reset";

/// The stored status of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRecord {
    /// How many changes there have been.
    pub version: u64,
    /// The status as it was last stored.
    pub status: CapacityStatus,
    /// The last change; none if there has been no change.
    pub modified: Option<Modified>,
}

/// When and by whom a status was last changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modified {
    /// The date of the change.
    pub at: Timestamp,
    /// The username, or [`AUTOMATIC_RESET`].
    pub by: String,
    /// The stored notes.
    pub notes: Option<String>,
}

impl StatusRecord {
    /// The record of a service that was never updated: GREEN, version 0.
    #[must_use]
    pub const fn never_updated() -> Self {
        Self { version: 0, status: CapacityStatus::Green, modified: None }
    }

    /// What a reader at `now` is shown: this record, or the GREEN that its deadline has made of it.
    ///
    /// The shown version is the *effective version*: after the deadline it is the number that the
    /// reset has, or will get once it is stored.
    #[must_use]
    pub fn shown_at(self, now: Timestamp) -> Self {
        match self.status.reset_at() {
            Some(deadline) if now >= deadline => self.reset(deadline),
            Some(_) | None => self,
        }
    }

    fn reset(self, deadline: Timestamp) -> Self {
        Self {
            version: self.version + 1,
            status: CapacityStatus::Green,
            modified: Some(Modified { at: deadline, by: AUTOMATIC_RESET.to_owned(), notes: None }),
        }
    }

    /// The change that led from `previous` to this record.
    fn as_change(&self, previous: &Self, by: Author, cause: Cause) -> Option<Change> {
        let modified = self.modified.as_ref()?;
        Some(Change {
            version: self.version,
            status: self.status,
            previous: previous.status.rag(),
            at: modified.at,
            notes: modified.notes.clone(),
            by,
            cause,
        })
    }
}

/// A checked request to change a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpdate {
    /// The status asked for.
    pub target: Target,
    /// The note given, if any.
    pub note: Option<Note>,
}

impl StatusUpdate {
    /// What this update, made at `now` by the holder of `grant`, makes of the stored record.
    ///
    /// On a record whose deadline has passed it settles the reset first, so that there are two
    /// changes. Versions are contiguous and dates never decrease, even if `now` is before the last
    /// change because clocks differ.
    #[must_use]
    pub fn apply(&self, stored: &StatusRecord, grant: &Grant, now: Timestamp) -> Transition {
        let before = stored.clone().shown_at(now);
        let at = before.modified.as_ref().map_or(now, |last| last.at.max(now));
        let after = StatusRecord {
            version: before.version + 1,
            status: self.target.set_at(at, now),
            modified: Some(Modified {
                at,
                by: grant.username().to_owned(),
                notes: Some(Note::stored(self.note.as_ref())),
            }),
        };
        let reset = (before.version != stored.version)
            .then(|| before.as_change(stored, Author::automatic_reset(), Cause::Reset))
            .flatten();
        let update = after.as_change(&before, Author::holder_of(grant), Cause::Update);
        Transition {
            from_version: stored.version,
            changes: reset.into_iter().chain(update).collect(),
            made_at: at,
            after,
        }
    }
}

/// Everything that one update writes, in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The stored version that this builds on; on any other it must not be applied.
    pub from_version: u64,
    /// The history entries, oldest first: the update, after the reset that it settles if any.
    pub changes: Vec<Change>,
    /// The date of the update; its answer shows the record as of then.
    pub made_at: Timestamp,
    /// The record to store.
    pub after: StatusRecord,
}

/// One change of a status, as history keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The version that the change led to.
    pub version: u64,
    /// The status that the change led to.
    pub status: CapacityStatus,
    /// The status before.
    pub previous: Rag,
    /// The date of the change: a reset's is its deadline.
    pub at: Timestamp,
    /// The stored notes.
    pub notes: Option<String>,
    /// Who made the change.
    pub by: Author,
    /// Why there was a change.
    pub cause: Cause,
}

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The token's `sub`; none for an automatic reset.
    pub subject: Option<String>,
    /// The username, or [`AUTOMATIC_RESET`].
    pub username: String,
}

impl Author {
    fn automatic_reset() -> Self {
        Self { subject: None, username: AUTOMATIC_RESET.to_owned() }
    }

    fn holder_of(grant: &Grant) -> Self {
        Self { subject: Some(grant.subject().to_owned()), username: grant.username().to_owned() }
    }
}

/// Why a status changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody set it.
    Update,
    /// Its deadline passed.
    Reset,
}

impl Cause {
    /// The name that history and logs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Reset => "reset",
        }
    }
}
