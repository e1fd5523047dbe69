//! Runs many requests concurrently, with a limit, until the user interrupts.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use tokio::{
    signal::unix::{self, SignalKind},
    task::{JoinError, JoinSet},
};

use crate::{Error, progress::Progress};

/// The most requests in flight at the same time.
pub const MAX_CONCURRENT: usize = 32;

/// How often to send a write that DynamoDB refuses because of throttling or a transaction in flight, which the SDK
/// does not retry.
pub(crate) const MAX_ATTEMPTS: u32 = 60;
/// The delay between two attempts.
pub(crate) const RETRY_DELAY: Duration = Duration::from_millis(500);
/// How often a change is decided on what was read, when somebody else keeps changing it before the write.
pub(crate) const MAX_DECISIONS: u32 = 10;
/// How long to wait for the requests in flight after an error or an interrupt.
const MAX_DRAIN: Duration = Duration::from_secs(3);

/// Resolves when the user interrupts the command.
pub struct Interrupt(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Interrupt {
    /// An interrupt when the future resolves.
    pub fn when(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }

    /// Ctrl-C, or SIGTERM, which `kill` sends. Commands that do not wait for it are stopped by it as usual.
    #[must_use]
    pub fn by_signal() -> Self {
        Self::when(async {
            tokio::select! {
                () = signal(SignalKind::interrupt()) => {}
                () = signal(SignalKind::terminate()) => {}
            }
        })
    }

    /// No interrupt.
    #[must_use]
    pub fn never() -> Self {
        Self::when(std::future::pending())
    }

    /// Waits for it. Not to be called again after it has resolved.
    pub(crate) async fn wait(&mut self) {
        self.0.as_mut().await;
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupt")
    }
}

/// Waits for a signal; forever if that is not possible.
async fn signal(kind: SignalKind) {
    match unix::signal(kind) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

/// Runs all requests, [`MAX_CONCURRENT`] at a time, and counts each that succeeds. After an error it starts
/// no more and waits some seconds for those in flight, to count them too.
///
/// # Errors
///
/// The first error, or the interrupt.
pub async fn run_all<F>(
    requests: impl IntoIterator<Item = F>,
    progress: &Progress,
    interrupt: &mut Interrupt,
) -> Result<(), Error>
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let (mut requests, mut running) = (requests.into_iter(), JoinSet::new());
    let mut outcome = Ok(());
    while outcome.is_ok() {
        let free = MAX_CONCURRENT - running.len();
        requests.by_ref().take(free).for_each(|request| drop(running.spawn(request)));
        outcome = tokio::select! {
            joined = running.join_next() => match joined {
                Some(joined) => finish(joined, progress),
                None => return Ok(()),
            },
            () = interrupt.wait() => Err(Error::Interrupted),
        };
    }
    let drain = async {
        while let Some(joined) = running.join_next().await {
            let _ = finish(joined, progress);
        }
    };
    let _ = tokio::time::timeout(MAX_DRAIN, drain).await;
    outcome
}

fn finish(joined: Result<Result<(), Error>, JoinError>, progress: &Progress) -> Result<(), Error> {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
    progress.advance(1);
    Ok(())
}
