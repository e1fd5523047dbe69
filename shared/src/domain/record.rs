//! The stored status of a service. What readers see is computed from it: see `reset.rs`.

use super::{CapacityStatus, Change, Reason, Timestamp};

/// The stored status of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRecord {
    /// The number of changes so far.
    pub version: u64,
    /// The status as it was last stored.
    pub status: CapacityStatus,
    /// The last change; `None` before the first.
    pub modified: Option<Modified>,
}

/// When and by whom a status was last changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modified {
    /// The date of the change.
    pub at: Timestamp,
    /// The username, or [`AUTOMATIC_RESET`](super::AUTOMATIC_RESET).
    pub by: String,
    /// The stored notes.
    pub notes: Option<String>,
    /// Why the service is AMBER or RED, if that was given.
    pub reason: Option<Reason>,
}

impl StatusRecord {
    /// The record of a service that was never updated: GREEN, version 0.
    #[must_use]
    pub const fn never_updated() -> Self {
        Self { version: 0, status: CapacityStatus::Green, modified: None }
    }

    /// The record after a change.
    #[must_use]
    pub fn after(change: &Change) -> Self {
        let modified = Modified {
            at: change.at,
            by: change.by.username.clone(),
            notes: change.notes.clone(),
            reason: change.reason.clone(),
        };
        Self { version: change.version, status: change.status, modified: Some(modified) }
    }
}
