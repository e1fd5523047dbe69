//! How long an answer may take: Lambda ends a function at its deadline, and the client would get the
//! gateway's words instead of ours.

use std::time::{Duration, SystemTime};

/// What is kept for putting the answer together and sending it.
const MARGIN: Duration = Duration::from_millis(500);

/// The time until shortly before the function is ended. It travels in the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLeft(pub Duration);

impl TimeLeft {
    /// From `now` until shortly before that deadline. `None` if the deadline is not in the future:
    /// `cargo lambda watch` sends one in 1970.
    #[must_use]
    pub fn until(deadline: SystemTime, now: SystemTime) -> Option<Self> {
        let left = deadline.duration_since(now).ok().filter(|left| !left.is_zero())?;
        Some(Self(left.saturating_sub(MARGIN)))
    }
}
