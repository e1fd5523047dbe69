//! Who takes part, as far as the checker has to remember of them.

use shared::domain::Timestamp;

use super::state::Status;

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    /// 200.
    Applied,
    /// 412.
    PreconditionFailed,
    /// 409.
    Conflict,
    /// 503, or nothing because the function died.
    Unknown,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    Waiting,
    /// The client has been shown what it names in `If-Match`.
    Shown,
    /// The function has taken the time.
    Begun,
    /// A transaction is under way.
    Sent,
    /// The store has cancelled it.
    Cancelled,
    /// The service has another version than the transaction was built on: this.
    Overtaken(Status),
    Answered(Outcome),
}

/// One request to change the status.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Writer {
    /// How many seconds its clock is fast.
    pub(super) fast: i64,
    pub(super) phase: Phase,
    pub(super) tag: Option<Status>,
    /// The one time that the function has taken.
    pub(super) now: Option<Timestamp>,
    /// What the transaction under way was built on.
    pub(super) seen: Option<Status>,
    /// The number of that transaction: its token, and its update's change id.
    pub(super) number: u8,
    pub(super) attempts: u8,
    pub(super) timeouts: u8,
    pub(super) conflicts: u8,
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
        }
    }
}

/// A copy of a writer's transaction on its way to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Flight {
    pub(super) writer: u8,
    pub(super) number: u8,
    pub(super) built_on: Status,
    /// Whether somebody waits for the answer to this copy.
    pub(super) awaited: bool,
}

/// One instance of `reset-expired`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scheduler {
    pub(super) fast: i64,
    /// The expired status that it is about to settle.
    pub(super) found: Option<Status>,
    pub(super) runs: u8,
}

/// Somebody who looks again and again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reader {
    pub(super) fast: i64,
    pub(super) version: u8,
}
