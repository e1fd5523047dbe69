//! One JSON object per log line, on standard output, where Lambda collects it.
//!
//! Never logged: tokens, notes, usernames, e-mail addresses, bodies.

use std::fmt;

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields, MakeWriter,
        format::Writer,
        time::{FormatTime as _, SystemTime},
    },
    registry::LookupSpan,
};

use super::metrics;

/// Starts logging at the level in `AWS_LAMBDA_LOG_LEVEL`, which Lambda's logging configuration sets.
/// A second call changes nothing.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok();
    let subscriber = subscriber(level.as_deref(), std::io::stdout);
    // It fails only if a subscriber is set already.
    let _ = tracing::subscriber::set_global_default(subscriber);
    // The location without the message, which may quote a request.
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(location = panic.location().map(ToString::to_string), "panicked");
    }));
}

/// The subscriber that writes the lines.
///
/// The level is INFO by default and at most: below it the SDK and the HTTP client log whole requests.
pub fn subscriber<W>(level: Option<&str>, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    tracing_subscriber::fmt()
        .event_format(Lines)
        .with_max_level(level.min(LevelFilter::INFO))
        .with_writer(writer)
        .finish()
}

/// Writes events as JSON objects. A metrics event is written as it is.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        if metadata.target() == metrics::TARGET {
            let mut document = RawLine(String::new());
            event.record(&mut document);
            return writeln!(writer, "{}", document.0);
        }
        writer.write_str(r#"{"timestamp":""#)?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, r#"","level":"{}""#, metadata.level())?;
        let mut members = Members(String::new());
        event.record(&mut members);
        writeln!(writer, "{}}}", members.0)
    }
}

/// The fields of an event as members of an object, a comma before each.
struct Members(String);

impl Members {
    /// Adds a member whose value is JSON.
    fn add(&mut self, field: &Field, json: &str) {
        self.0.extend([",\"", field.name(), "\":", json]);
    }
}

impl Visit for Members {
    fn record_str(&mut self, field: &Field, value: &str) {
        // A string can always be written as JSON.
        self.add(field, &serde_json::to_string(value).unwrap_or_default());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, if value { "true" } else { "false" });
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, &value.to_string());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, &value.to_string());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// The one field of a metrics event.
struct RawLine(String);

impl Visit for RawLine {
    fn record_str(&mut self, _: &Field, value: &str) {
        value.clone_into(&mut self.0);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
