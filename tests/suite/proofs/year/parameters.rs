//! What is simulated.

/// After how long a deadline may be made durable.
pub(super) const SETTLE: i64 = 300;

/// Something that is not as it should be, to show that it is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Deadlines are made durable as soon as the clock of whoever runs the schedule has reached them.
    ScheduleWithoutSettling,
    /// Readers are answered by a machine that is ahead by more than clocks may be.
    ReadersClockFast,
    /// Readers are answered by a machine that is behind by more than clocks may be.
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
    /// The most by which a clock differs from the true time.
    pub(super) skew: i64,
    pub(super) wrong: Option<Wrong>,
}

impl Plan {
    /// By how much a deadline must be past before the schedule takes it.
    pub(super) fn settle(&self) -> i64 {
        if self.wrong == Some(Wrong::ScheduleWithoutSettling) { 0 } else { SETTLE }
    }
}
