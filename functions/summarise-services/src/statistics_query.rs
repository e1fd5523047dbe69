//! The query of statistics: a window of time.

use lambda_http::Request;
use shared::{
    domain::{InvalidWindow, Timestamp, Window},
    http::{
        Problem,
        query::{TIME_RULE, parameters},
    },
};

const TOO_LONG: &str = "the window is longer than 92 days; ask for a shorter one";

/// Reads the window; all errors are reported together. Without `to` it ends at `now`.
///
/// # Errors
/// [`Problem::InvalidQuery`], and [`Problem::LimitExceeded`] if it is longer than 92 days and an hour.
pub(crate) fn read(request: &Request, now: Timestamp) -> Result<Window, Problem> {
    let (given, mut errors) = parameters(request, &[]);
    let (mut from, mut to) = (None, Some(now));
    for (name, value) in &given {
        let time = Timestamp::from_rfc3339(value).ok();
        let rule = match name.as_str() {
            "from" | "to" if time.is_none() => TIME_RULE,
            "from" => {
                from = time;
                continue;
            }
            "to" if time > Some(now) => "must not be in the future",
            "to" => {
                to = time;
                continue;
            }
            _ => "is not a parameter of this operation",
        };
        errors.add(name, rule);
    }
    if given.iter().all(|(name, _)| name != "from") {
        errors.add("from", "is missing");
    }
    let window = from.zip(to).map(|(from, to)| Window::new(from, to));
    if window == Some(Err(InvalidWindow::Empty)) {
        errors.add("from", "must be earlier than \"to\", or than now without it");
    }
    errors.finish()?;
    match window {
        Some(Ok(window)) => Ok(window),
        _ => Err(Problem::LimitExceeded(TOO_LONG)),
    }
}
