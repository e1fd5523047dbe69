//! Durations and CPU time of the invocations of a function.

use std::time::Duration;

/// Durations and CPU time of a function's invocations since they were last taken.
#[derive(Clone, Debug, Default)]
pub struct InvocationStats {
    /// The duration of each invocation, sorted.
    pub durations: Vec<Duration>,
    /// The CPU time of all processes.
    pub cpu_time: Duration,
}

impl InvocationStats {
    /// A percentile of the durations, in milliseconds.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        let last = self.durations.len().saturating_sub(1);
        self.durations.get(last * percent / 100).copied().map_or(0.0, milliseconds)
    }

    /// The mean duration, in milliseconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.per_invocation(self.durations.iter().sum())
    }

    /// The mean billed duration: Lambda rounds each up to whole milliseconds.
    #[must_use]
    pub fn billed(&self) -> f64 {
        let whole = |duration: &Duration| {
            Duration::from_millis(duration.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(0))
        };
        self.per_invocation(self.durations.iter().map(whole).sum())
    }

    /// A total time divided by the number of invocations, in milliseconds.
    #[must_use]
    pub fn per_invocation(&self, time: Duration) -> f64 {
        ratio(milliseconds(time), self.durations.len() as u64)
    }
}

/// A duration in milliseconds.
#[must_use]
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// `whole / count`, or 0 if the count is 0.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are smaller than 2^53")]
pub fn ratio(whole: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { whole / count as f64 }
}
