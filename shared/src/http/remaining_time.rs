//! How long an answer may take. At its deadline Lambda stops a function, and the client would get the gateway's
//! error instead of ours.

use std::time::{Duration, SystemTime};

/// The time to build and send the answer.
const MARGIN: Duration = Duration::from_millis(500);

/// The time until shortly before Lambda stops the function: an extension of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemainingTime(pub Duration);

impl RemainingTime {
    /// From `now` until shortly before this deadline. `None` if the deadline is not in the future:
    /// `cargo lambda watch` sends one in 1970.
    #[must_use]
    pub fn until(deadline: SystemTime, now: SystemTime) -> Option<Self> {
        let remaining = deadline.duration_since(now).ok().filter(|time| !time.is_zero())?;
        Some(Self(remaining.saturating_sub(MARGIN)))
    }
}
