//! What a function's environments have done, and what that is for one call.

use std::time::Duration;

/// What a function's environments have done since they were last asked.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// How long each call took, from the shortest to the longest.
    pub durations: Vec<Duration>,
    /// The CPU time that the processes have used.
    pub used: Duration,
}

impl Done {
    /// So much of the calls took no longer than this, in milliseconds.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        let last = self.durations.len().saturating_sub(1);
        self.durations.get(last * percent / 100).copied().map_or(0.0, milliseconds)
    }

    /// The mean of the durations, in milliseconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.per_call(self.durations.iter().sum())
    }

    /// What Lambda bills of a call, which are whole milliseconds, on average.
    #[must_use]
    pub fn billed(&self) -> f64 {
        let whole = |duration: &Duration| {
            Duration::from_millis(duration.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(0))
        };
        self.per_call(self.durations.iter().map(whole).sum())
    }

    /// A time's part for one call, in milliseconds.
    #[must_use]
    pub fn per_call(&self, time: Duration) -> f64 {
        ratio(milliseconds(time), self.durations.len() as u64)
    }
}

/// A duration in milliseconds.
#[must_use]
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The part of one in so many; nothing of none.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a count is no number of 53 bits")]
pub fn ratio(whole: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { whole / count as f64 }
}
