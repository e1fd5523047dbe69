//! One JSON object per log line, on standard output, where Lambda collects it.
//!
//! Never logged: tokens, notes, usernames, e-mail addresses, bodies.

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging at the level that Lambda's logging configuration sets in `AWS_LAMBDA_LOG_LEVEL`.
/// A second call changes nothing.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok();
    let subscriber = subscriber(level.as_deref(), std::io::stdout);
    // It fails only where something logs already.
    let _ = tracing::subscriber::set_global_default(subscriber);
    // Where it was, and not its message, which may quote what was being worked on.
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(location = panic.location().map(ToString::to_string), "panicked");
    }));
}

/// What writes the lines.
///
/// The level is at most INFO, which is also the default: below it the SDK and the HTTP client print
/// requests with everything that is in them.
pub fn subscriber<W>(level: Option<&str>, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level.min(LevelFilter::INFO))
        .with_writer(writer)
        .finish()
}
