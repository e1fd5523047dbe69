//! Runs many requests concurrently, with a limit.

use std::{future::Future, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::{JoinError, JoinSet};

use crate::Error;

/// The most requests in flight at the same time.
pub const MAX_CONCURRENT: usize = 32;

/// How often to send a write that DynamoDB refuses because of throttling or a transaction in flight, which the SDK
/// does not retry.
pub(crate) const MAX_ATTEMPTS: u32 = 60;
/// The delay between two attempts.
pub(crate) const RETRY_DELAY: Duration = Duration::from_millis(500);

/// A progress bar on standard error, shown on a terminal only.
#[must_use]
pub fn progress_bar(requests: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len}, {per_sec}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(u64::try_from(requests).unwrap_or(u64::MAX)).with_style(style)
}

/// Runs all requests, [`MAX_CONCURRENT`] at a time, and advances the bar for each. After an error it starts
/// no more and waits for those in flight, so that the bar shows how many succeeded.
///
/// # Errors
///
/// The first error.
pub async fn run_all<F>(
    requests: impl IntoIterator<Item = F>,
    bar: &ProgressBar,
) -> Result<(), Error>
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let mut running = JoinSet::new();
    let mut outcome = Ok(());
    for request in requests {
        if running.len() >= MAX_CONCURRENT {
            outcome =
                outcome.and(running.join_next().await.map_or(Ok(()), |joined| finish(joined, bar)));
        }
        if outcome.is_err() {
            break;
        }
        running.spawn(request);
    }
    while let Some(joined) = running.join_next().await {
        outcome = outcome.and(finish(joined, bar));
    }
    outcome
}

fn finish(joined: Result<Result<(), Error>, JoinError>, bar: &ProgressBar) -> Result<(), Error> {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
    bar.inc(1);
    Ok(())
}
