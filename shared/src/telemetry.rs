//! One JSON object per log line, on standard output, where Lambda collects it.
//!
//! Never logged: tokens, notes, usernames, e-mail addresses, bodies.

use tracing::level_filters::LevelFilter;

/// Starts logging at the level that Lambda's logging configuration sets in `AWS_LAMBDA_LOG_LEVEL`,
/// INFO without it. A second call changes nothing.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let result = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .try_init();
    if result.is_err() {
        tracing::debug!("logging was started already");
    }
}
