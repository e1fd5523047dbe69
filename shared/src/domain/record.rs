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

    /// The record that a change led to.
    #[must_use]
    pub fn after(change: &Change) -> Self {
        let last =
            Modified { at: change.at, by: change.by.username.clone(), notes: change.notes.clone() };
        Self { version: change.version, status: change.status, modified: Some(last) }
    }

    /// What makes the reset durable that the clock has made of this record, if it has made one.
    #[must_use]
    pub fn settle(&self, now: Timestamp) -> Option<Transition> {
        let reset = Change::reset_of(self.version, self.status, now)?;
        let after = Self::after(&reset);
        Some(Transition { from_version: self.version, changes: vec![reset], after })
    }

    /// What a reader at `now` is shown: this record, or the GREEN that its deadline has made of it.
    ///
    /// The shown version is the *effective version*: after the deadline it is the number that the
    /// reset has, or will get once it is stored.
    #[must_use]
    pub fn shown_at(self, now: Timestamp) -> Self {
        match Change::reset_of(self.version, self.status, now) {
            Some(reset) => Self::after(&reset),
            None => self,
        }
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
        let reset = Change::reset_of(stored.version, stored.status, now);
        let before = stored.clone().shown_at(now);
        let at = before.modified.as_ref().map_or(now, |last| last.at.max(now));
        let update = Change {
            version: before.version + 1,
            status: self.target.set_at(at, now),
            previous: before.status.rag(),
            at,
            notes: Some(Note::stored(self.note.as_ref())),
            by: Author::holder_of(grant),
            cause: Cause::Update,
        };
        Transition {
            from_version: stored.version,
            after: StatusRecord::after(&update),
            changes: reset.into_iter().chain([update]).collect(),
        }
    }
}

/// Everything that one update, or one settled reset, writes in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The stored version that this builds on; on any other it must not be applied.
    pub from_version: u64,
    /// The history entries, oldest first: the update, after the reset that it settles if any; or the
    /// reset alone.
    pub changes: Vec<Change>,
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

impl Change {
    /// The reset that the clock has made, by `now`, of a status that was stored under that version.
    fn reset_of(version: u64, status: CapacityStatus, now: Timestamp) -> Option<Self> {
        let deadline = status.reset_at().filter(|deadline| now >= *deadline)?;
        Some(Self {
            version: version + 1,
            status: CapacityStatus::Green,
            previous: status.rag(),
            at: deadline,
            notes: None,
            by: Author::automatic_reset(),
            cause: Cause::Reset,
        })
    }

    /// The reset between this change and its successor, the next one in history, if the history does
    /// not have it; without a successor, the one that the clock has made by `now`.
    ///
    /// A reset can be missing because it is not durable yet, or because a query met a transaction of
    /// a reset and an update half way (DynamoDB isolates queries by item only).
    #[must_use]
    pub fn missing_reset(&self, successor: Option<u64>, now: Timestamp) -> Option<Self> {
        match successor {
            None => Self::reset_of(self.version, self.status, now),
            Some(version) if version == self.version + 1 => None,
            Some(_) => Self::reset_of(self.version, self.status, self.status.reset_at()?),
        }
    }
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
    /// Reads a name as history has it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Update, Self::Reset].into_iter().find(|cause| cause.as_str() == name)
    }

    /// The name that history and logs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Reset => "reset",
        }
    }
}
