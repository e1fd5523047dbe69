//! Rows of the services table that a list or a run leaves out because they cannot be read.

use super::metrics;
use crate::{domain::Timestamp, store::UnreadableRow};

/// Logs which rows they are, without their content, and counts them.
pub fn rows(
    rows: &[UnreadableRow],
    request_id: &str,
    correlation_id: Option<&str>,
    now: Timestamp,
) {
    if rows.is_empty() {
        return;
    }
    let names: Vec<_> = rows.iter().map(ToString::to_string).collect();
    tracing::error!(request_id, correlation_id, rows = names.join(", "), "rows_unreadable");
    metrics::unreadable_rows(rows.len(), now);
}
