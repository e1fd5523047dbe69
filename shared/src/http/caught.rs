//! A panic is a defect, and a problem like any other: its client gets a document, its log line has the
//! request's id, and the environment goes on to the next request.

use std::{
    fmt,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::Poll,
};

use super::Problem;

/// A panic; where it was has been logged by then. Its message may quote what was being worked on.
#[derive(Debug)]
struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handler panicked")
    }
}

impl std::error::Error for Panicked {}

/// The outcome; [`Problem::Internal`] if there is none because of a panic.
///
/// What a handler shares with the next request is either immutable or sound at every moment, so there
/// is nothing that a panic could leave half done.
pub(super) fn caught<T>(
    mut outcome: Pin<Box<impl Future<Output = Result<T, Problem>>>>,
) -> impl Future<Output = Result<T, Problem>> {
    poll_fn(move |context| {
        catch_unwind(AssertUnwindSafe(|| outcome.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(Problem::internal(Panicked))))
    })
}
