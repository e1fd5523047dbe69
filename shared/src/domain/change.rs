//! One change of a status: a row of its history.

use super::{CapacityStatus, Grant, Rag, Reason, Timestamp};

/// The username of automatic resets.
pub const AUTOMATIC_RESET: &str = "automatic reset";

/// One change of a status, as history keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The version after the change.
    pub version: u64,
    /// The status after the change.
    pub status: CapacityStatus,
    /// The status before the change.
    pub previous: Rag,
    /// The date of the change. The date of a reset is its deadline.
    pub at: Timestamp,
    /// The stored notes.
    pub notes: Option<String>,
    /// Why the service is AMBER or RED, if that was given.
    pub reason: Option<Reason>,
    /// Who made the change.
    pub by: Author,
    /// How the status came to change.
    pub cause: Cause,
}

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The token's `sub`; `None` for an automatic reset.
    pub subject: Option<String>,
    /// The username, or [`AUTOMATIC_RESET`].
    pub username: String,
    /// The operator who made it in the user's name, if it was not the user.
    pub operator: Option<String>,
}

impl Author {
    pub(super) fn automatic_reset() -> Self {
        Self { subject: None, username: AUTOMATIC_RESET.to_owned(), operator: None }
    }

    pub(super) fn holder_of(grant: &Grant) -> Self {
        Self {
            subject: Some(grant.subject().to_owned()),
            username: grant.username().to_owned(),
            operator: None,
        }
    }
}

/// How a status came to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A user set it.
    Update,
    /// Its deadline passed.
    Reset,
    /// A user moved its deadline.
    Deadline,
}

impl Cause {
    /// Parses the name that history uses.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Update, Self::Reset, Self::Deadline].into_iter().find(|cause| cause.as_str() == name)
    }

    /// The name in history and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Reset => "reset",
            Self::Deadline => "deadline",
        }
    }
}
