//! The line for each request, as the gateway's access log has one.

use std::fmt;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

/// A request and its answer. Displayed with colours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// The time of day, in UTC.
    pub time: String,
    /// The method; `invoke` for an event that was sent to a function.
    pub method: String,
    /// The path with its query; for an event the name of the function.
    pub path: String,
    /// The answer.
    pub answer: Answer,
    /// How long the answer took, in milliseconds.
    pub duration_ms: u128,
}

/// What the line shows of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The code of the problem document.
    pub code: Option<String>,
    /// The value of `X-Request-ID`.
    pub request_id: Option<String>,
}

/// How `cargo lambda invoke` and the schedule send events.
const INVOCATIONS: (&str, &str) = ("/2015-03-31/functions/", "/invocations");
/// The style of what is read last: times and ids.
pub const DIM: Style = Style::new().dimmed();
/// The width of the path of a status, so that the columns of most lines are aligned.
const PATH_WIDTH: usize = 35;

/// The function that a request to this path invokes with an event.
#[must_use]
pub fn invoked_function(path: &str) -> Option<&str> {
    path.strip_prefix(INVOCATIONS.0)?.strip_suffix(INVOCATIONS.1)
}

impl Answer {
    /// Reads the answer to an HTTP request.
    #[must_use]
    pub fn of_response(status: u16, request_id: Option<&str>, body: &[u8]) -> Self {
        // Other answers than problem documents have no member `code`.
        let code = (status >= 400).then(|| code(body)).flatten();
        Self { status, code, request_id: request_id.map(str::to_owned) }
    }

    /// Reads the answer to an event: the function's response is in the body. A scheduled function's is not HTTP,
    /// and counts as `status`.
    #[must_use]
    pub fn of_invocation(status: u16, body: &[u8]) -> Self {
        let result: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |pointer| result.pointer(pointer).and_then(Value::as_str);
        let in_body = result.get("statusCode").and_then(Value::as_u64);
        let status = in_body.and_then(|status| status.try_into().ok()).unwrap_or(status);
        let body = text("/body").unwrap_or_default();
        Self::of_response(status, text("/headers/x-request-id"), body.as_bytes())
    }
}

fn code(body: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(body).ok()?;
    document.get("code")?.as_str().map(str::to_owned)
}

impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, method, path, answer: Answer { status, code, request_id }, duration_ms } =
            self;
        let style = style(*status);
        write!(f, "{DIM}{time}{DIM:#}  {method:<6} {path:<PATH_WIDTH$} ")?;
        write!(f, "{style}{status}{style:#} {duration_ms:>5} ms")?;
        if let Some(code) = code {
            write!(f, "  {style}{code}{style:#}")?;
        }
        match request_id {
            Some(id) => write!(f, "  {DIM}{id}{DIM:#}"),
            None => Ok(()),
        }
    }
}

fn style(status: u16) -> Style {
    let colour = match status {
        0..300 => AnsiColor::Green,
        300..400 => AnsiColor::Cyan,
        400..500 => AnsiColor::Yellow,
        500.. => AnsiColor::Red,
    };
    colour.on_default()
}
