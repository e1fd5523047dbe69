//! Turns a panic into a problem: the client gets a document, the log line has the request's id, and the
//! environment continues with the next request.

use std::{fmt, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;

/// A panic. The panic hook has logged its location; its message may quote a request.
#[derive(Clone, Copy, Debug)]
pub struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handler panicked")
    }
}

impl std::error::Error for Panicked {}

/// The outcome, or [`Panicked`] as an error.
///
/// Everything that a handler shares with the next request is immutable or valid at any moment, so a panic
/// leaves nothing half done.
pub(super) async fn catch_panic<T, E: From<Panicked>>(
    outcome: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let caught = AssertUnwindSafe(outcome).catch_unwind().await;
    caught.unwrap_or_else(|_| Err(Panicked.into()))
}
