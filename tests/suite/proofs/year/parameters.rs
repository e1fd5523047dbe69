//! The parameters of a simulation.

/// The settle time: how far past its deadline a status must be before the schedule resets it.
pub(super) const SETTLE_SECONDS: i64 = 300;

/// A deliberate fault, to show that the checks detect it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The schedule stores resets as soon as its own clock reaches the deadline.
    ScheduleWithoutDelay,
    /// The machine that answers readers is further ahead than clocks may be.
    ReadersClockFast,
    /// The machine that answers readers is further behind than clocks may be.
    ReadersClockSlow,
}

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) services: u64,
    pub(super) from: i64,
    pub(super) until: i64,
    /// The mean time between two updates of a service, in seconds.
    pub(super) gap: i64,
    /// The largest difference between a clock and the true time.
    pub(super) skew: i64,
    pub(super) wrong: Option<Wrong>,
}

impl Plan {
    /// How far past a deadline must be before the schedule takes it.
    pub(super) fn settle_seconds(&self) -> i64 {
        if self.wrong == Some(Wrong::ScheduleWithoutDelay) { 0 } else { SETTLE_SECONDS }
    }
}

/// The review interval of a service in minutes, if it has one.
pub(super) fn review_after(service: u64) -> Option<i64> {
    service.is_multiple_of(3).then_some(240)
}
