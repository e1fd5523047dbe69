//! Turns a panic into a problem: the client gets a document, the log line has the request's id, and the
//! environment continues with the next request.

use std::{
    fmt,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::Poll,
};

use super::Problem;

/// A panic. The panic hook has logged its location; its message may quote a request.
#[derive(Debug)]
struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handler panicked")
    }
}

impl std::error::Error for Panicked {}

/// The outcome, or [`Problem::Internal`] after a panic.
///
/// Everything that a handler shares with the next request is immutable or valid at any moment, so a panic
/// leaves nothing half done.
pub(super) fn catch_panic<T>(
    mut outcome: Pin<Box<impl Future<Output = Result<T, Problem>>>>,
) -> impl Future<Output = Result<T, Problem>> {
    poll_fn(move |context| {
        catch_unwind(AssertUnwindSafe(|| outcome.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(Problem::internal(Panicked))))
    })
}
