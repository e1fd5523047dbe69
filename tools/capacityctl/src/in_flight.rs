//! Runs many requests with a bounded number of them in flight.

use std::future::Future;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::{JoinError, JoinSet};

use crate::Failure;

/// How many requests are under way at once.
pub const IN_FLIGHT: usize = 32;

/// A bar for that many requests, on a terminal's standard error and nowhere else.
#[must_use]
pub fn progress(requests: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len}, {per_sec}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(u64::try_from(requests).unwrap_or(u64::MAX)).with_style(style)
}

/// Runs all of them, [`IN_FLIGHT`] at a time, each a step of the bar. After a failure no further one
/// is begun; those that are under way end first, so that the bar tells how many were done.
///
/// # Errors
///
/// The first failure.
pub async fn run_all<F>(
    requests: impl IntoIterator<Item = F>,
    bar: &ProgressBar,
) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let mut running = JoinSet::new();
    let mut outcome = Ok(());
    for request in requests {
        if running.len() >= IN_FLIGHT {
            outcome =
                outcome.and(running.join_next().await.map_or(Ok(()), |ended| done(ended, bar)));
        }
        if outcome.is_err() {
            break;
        }
        running.spawn(request);
    }
    while let Some(ended) = running.join_next().await {
        outcome = outcome.and(done(ended, bar));
    }
    outcome
}

fn done(ended: Result<Result<(), Failure>, JoinError>, bar: &ProgressBar) -> Result<(), Failure> {
    ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
    bar.inc(1);
    Ok(())
}
