//! What the checker varies: who takes part, how the clocks differ, how often the network fails, and
//! which guards are taken out.

use shared::domain::{Level, Minutes, RequestedStatus};

/// How far a clock may be from the true time, either way.
pub(super) const SKEW_SECONDS: i64 = 300;

/// What `RESET_SETTLE_SECONDS` is set to.
pub(super) const SETTLE_SECONDS: i64 = 300;

/// A clock that is slow, right, or fast.
pub(super) const ANY_CLOCK: &[i64] = &[-SKEW_SECONDS, 0, SKEW_SECONDS];

/// A clock that is right.
pub(super) const TRUE_CLOCK: &[i64] = &[0];

/// What one request asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) status: RequestedStatus,
    /// Whether it names, in `If-Match`, what it was shown before.
    pub(super) if_match: bool,
}

/// RED for so many minutes, whatever the status is.
pub(super) const fn red(minutes: u32) -> Plan {
    let status = RequestedStatus::Limited { level: Level::Red, reset_in: Minutes(minutes) };
    Plan { status, if_match: false }
}

/// AMBER for so many minutes, whatever the status is.
pub(super) const fn amber(minutes: u32) -> Plan {
    let status = RequestedStatus::Limited { level: Level::Amber, reset_in: Minutes(minutes) };
    Plan { status, if_match: false }
}

/// GREEN, whatever the status is.
pub(super) const fn green() -> Plan {
    Plan { status: RequestedStatus::Green, if_match: false }
}

impl Plan {
    /// The same on condition that what was shown is still current.
    pub(super) const fn if_unchanged(self) -> Self {
        Self { if_match: true, ..self }
    }
}

/// Who takes part, and what may go wrong how often.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// For how many minutes the service is RED at first; without, it was never updated.
    pub(super) red_for: Option<u32>,
    pub(super) plans: Vec<Plan>,
    pub(super) schedulers: usize,
    /// How many resets each scheduler tries to settle.
    pub(super) runs: u8,
    /// The true time goes from tick 0 to this one.
    pub(super) last_tick: u8,
    pub(super) writers_clocks: &'static [i64],
    pub(super) schedulers_clocks: &'static [i64],
    pub(super) readers_clocks: &'static [i64],
    /// How often each request's transaction may stay unanswered and be sent again by the SDK.
    pub(super) timeouts: u8,
    /// How often each request's transaction may be cancelled although its conditions hold.
    pub(super) conflicts: u8,
    /// Whether a writer may die, or give up with 503, while its transaction is under way.
    pub(super) crashes: bool,
    /// Whether a transaction's rows become visible one after another.
    pub(super) half_visible: bool,
    /// How often each request is tried.
    pub(super) attempts: u8,
}

impl Scenario {
    /// These requests, one after another or at once, on a store that never fails and true clocks.
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
            half_visible: false,
            attempts: 2,
        }
    }
}

/// What keeps the service's life in order. Each can be taken out, to see that it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// An update is stored only on the version that it was built on.
    WriterVersion,
    /// Status and history are written in one transaction.
    OneTransaction,
    /// A history entry is put only where there is none.
    EntryAbsent,
    /// A settled reset is stored only on the version that the scheduler saw.
    SchedulerVersion,
    /// A settled reset is stored only on the deadline that the scheduler saw.
    SchedulerDeadline,
    /// A scheduler takes only deadlines more than the clocks' skew past.
    SettleDelay,
    /// The store knows a transaction that it has applied by its token.
    Token,
    /// What was cancelled on an unchanged version is sent again as it was built.
    ResendAsBuilt,
    /// On a changed version, an update first looks for its own entry.
    OwnEntry,
    /// It knows that entry by its change id, not by the place alone.
    OwnChangeId,
    /// It looks there in one transaction with its read of the service.
    Snapshot,
    /// Where it looks by a read of its own, that is strongly consistent.
    StrongEntry,
    /// It looks there after its last attempt too.
    LookBeforeGivingUp,
    /// On an unchanged version, giving up is 503 (not known), not 409 (not applied).
    UnknownOnGivingUp,
    /// `If-Match` is judged on each version that an update is built on.
    JudgedAnew,
    /// A tag names all that was shown, not only the version.
    TagOfContent,
    /// Statuses are read strongly consistent.
    StrongRead,
    /// The deadline is judged on every read.
    ResetOnRead,
    /// An update that lands on an expired status settles the reset.
    SettleInUpdate,
}
