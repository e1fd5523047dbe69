//! The participants, as far as the checker must remember them.

use shared::domain::Timestamp;

use super::status::Status;

/// The answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    /// 200.
    Applied,
    /// 428.
    PreconditionRequired,
    /// 412.
    PreconditionFailed,
    /// 409 `NO_DEADLINE`.
    NoDeadline,
    /// 409 `CONFLICT`.
    Conflict,
    /// 403.
    Forbidden,
    /// 503, or nothing because the function died.
    Unknown,
}

/// The state of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    Waiting,
    /// The client has been shown the tag for its `If-Match`.
    Shown,
    /// The function has read the clock.
    Begun,
    /// A transaction is in flight.
    Sent,
    /// The store has cancelled it.
    Cancelled,
    /// The service has this version, not the one that the transaction was built on.
    Superseded(Status),
    Answered(Outcome),
}

/// One request to change the status or to move its deadline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Writer {
    /// How many seconds its clock is fast.
    pub(super) fast: i64,
    pub(super) phase: Phase,
    pub(super) tag: Option<Status>,
    /// The one time at which the function read the clock.
    pub(super) now: Option<Timestamp>,
    /// What the transaction in flight was built on.
    pub(super) seen: Option<Status>,
    /// The number of that transaction: its token and the change id of its last change.
    pub(super) number: u8,
    pub(super) attempts: u8,
    pub(super) timeouts: u8,
    pub(super) conflicts: u8,
    /// Whether the user has lost the right to update the service.
    pub(super) revoked: bool,
}

impl Writer {
    pub(super) const fn new(fast: i64) -> Self {
        Self {
            fast,
            phase: Phase::Waiting,
            tag: None,
            now: None,
            seen: None,
            number: 0,
            attempts: 0,
            timeouts: 0,
            conflicts: 0,
            revoked: false,
        }
    }
}

/// A copy of a writer's transaction on its way to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Flight {
    pub(super) writer: u8,
    pub(super) number: u8,
    pub(super) built_on: Status,
    /// Whether the function still waits for the answer to this copy.
    pub(super) awaited: bool,
}

/// One instance of `reset-expired`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scheduler {
    pub(super) fast: i64,
    /// The expired status that it is about to reset.
    pub(super) found: Option<Status>,
    pub(super) runs: u8,
}

/// A client that reads repeatedly.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reader {
    pub(super) fast: i64,
    pub(super) version: u8,
}
