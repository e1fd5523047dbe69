//! What the checker varies: the participants, the clock differences, how often the network fails,
//! and which guards are removed.

use super::plan::Plan;

/// How far a clock may be off, either way.
pub(super) const SKEW_SECONDS: i64 = 300;

/// The value of `RESET_SETTLE_SECONDS`.
pub(super) const SETTLE_SECONDS: i64 = 300;

/// A clock that is slow, right, or fast.
pub(super) const ANY_CLOCK: &[i64] = &[-SKEW_SECONDS, 0, SKEW_SECONDS];

/// A clock that is right.
pub(super) const TRUE_CLOCK: &[i64] = &[0];

/// Who takes part, and what may go wrong, how often.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// For how many minutes the service is RED at first; `None` if it was never updated.
    pub(super) red_for: Option<u32>,
    pub(super) plans: Vec<Plan>,
    pub(super) schedulers: usize,
    /// How many resets each scheduler tries to store.
    pub(super) runs: u8,
    /// The last tick of the true time, which starts at 0.
    pub(super) last_tick: u8,
    pub(super) writers_clocks: &'static [i64],
    pub(super) schedulers_clocks: &'static [i64],
    pub(super) readers_clocks: &'static [i64],
    /// How often each request's transaction may get no answer and be retried by the SDK.
    pub(super) timeouts: u8,
    /// How often each request's transaction may be cancelled although its conditions hold.
    pub(super) conflicts: u8,
    /// Whether a writer may die, or give up with 503, while its transaction is in flight.
    pub(super) crashes: bool,
    /// Whether a user may lose the right between two attempts.
    pub(super) revocations: bool,
    /// Whether a transaction's rows become visible one after another.
    pub(super) half_visible: bool,
    /// How many attempts each request makes.
    pub(super) attempts: u8,
}

impl Scenario {
    /// These requests, in sequence or concurrently, on a store that never fails and with true
    /// clocks.
    pub(super) fn of(plans: &[Plan]) -> Self {
        Self {
            red_for: None,
            plans: plans.to_vec(),
            schedulers: 0,
            runs: 1,
            last_tick: 0,
            writers_clocks: TRUE_CLOCK,
            schedulers_clocks: TRUE_CLOCK,
            readers_clocks: TRUE_CLOCK,
            timeouts: 0,
            conflicts: 0,
            crashes: false,
            revocations: false,
            half_visible: false,
            attempts: 2,
        }
    }
}

/// Every combination of these offsets for that many clocks.
pub(super) fn offsets(clocks: &[i64], count: usize) -> Vec<Vec<i64>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        let longer =
            |one: Vec<i64>| clocks.iter().map(move |fast| [one.as_slice(), &[*fast]].concat());
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

/// The guards that keep a service's status consistent. Each can be removed to show that it is
/// needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// An update is stored only on the version that it was built on.
    WriterVersion,
    /// Status and history are written in one transaction.
    OneTransaction,
    /// A history entry is put only if its key is free.
    EntryAbsent,
    /// A scheduler stores a reset only on the version that it saw.
    SchedulerVersion,
    /// A scheduler stores a reset only on the deadline that it saw.
    SchedulerDeadline,
    /// A scheduler takes a deadline only once it is past by more than the clock skew.
    ResetDelay,
    /// The store recognises an applied transaction by its token.
    Token,
    /// After a cancellation on an unchanged version, the same transaction is sent again.
    ResendAsBuilt,
    /// On a changed version, an update first looks for its own entry.
    OwnEntry,
    /// It recognises that entry by its change id, not only by its key.
    OwnChangeId,
    /// It reads the entry and the service in one transaction.
    Snapshot,
    /// If it reads the entry separately, the read is strongly consistent.
    StrongEntry,
    /// It also looks after its last attempt.
    LookBeforeGivingUp,
    /// On an unchanged version, giving up is 503 (unknown), not 409 (not applied).
    UnknownOnGivingUp,
    /// On a changed version, the own entry counts before a revoked right.
    EntryBeforeRight,
    /// On an unchanged version, a revoked right is 503 (unknown), not 403 (not applied).
    UnknownWhenRevoked,
    /// `If-Match` is checked on each version that an update is built on.
    CheckedAgain,
    /// A deadline is moved only with a tag of what the client was shown.
    TagRequired,
    /// A tag covers everything that was shown, not only the version.
    TagOfContent,
    /// Statuses are read with strong consistency.
    StrongRead,
    /// Every read checks the deadline.
    ResetOnRead,
    /// An update of an expired status also stores the reset.
    ResetInUpdate,
    /// The deadline of an expired status is not moved.
    ExpiredRefused,
}
