//! Runs many requests with a bounded number of them in flight.

use std::future::Future;

use tokio::task::{JoinError, JoinSet};

use crate::Failure;

/// How many requests are under way at once.
pub const IN_FLIGHT: usize = 16;

/// Runs all of them, [`IN_FLIGHT`] at a time; the first failure abandons the rest.
///
/// # Errors
///
/// The first failure.
pub async fn run_all<F>(requests: impl IntoIterator<Item = F>) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let mut running = JoinSet::new();
    for request in requests {
        if running.len() >= IN_FLIGHT {
            running.join_next().await.map_or(Ok(()), finished)?;
        }
        running.spawn(request);
    }
    while let Some(joined) = running.join_next().await {
        finished(joined)?;
    }
    Ok(())
}

fn finished(joined: Result<Result<(), Failure>, JoinError>) -> Result<(), Failure> {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
