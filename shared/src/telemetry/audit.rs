//! The audit record: one log line for each stored change of a status. Reporting reads it.
//!
//! It has the length of the notes but not the notes, the subject but not the username.

use super::metrics;
use crate::domain::{Change, ServiceDetails, Timestamp};

/// The request that stored a change.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The request's id.
    pub request_id: &'a str,
    /// The client's `X-Correlation-ID`.
    pub correlation_id: Option<&'a str>,
    /// The client's address as the gateway saw it.
    pub client_address: Option<&'a str>,
    /// The time of the request.
    pub now: Timestamp,
    /// How long it has taken so far, in milliseconds.
    pub duration_ms: u64,
}

/// Logs `capacity_status_changed` for a stored change, and counts it.
pub fn status_changed(origin: Origin<'_>, service: &ServiceDetails, change: &Change) {
    let path = &service.path;
    tracing::info!(
        request_id = origin.request_id,
        correlation_id = origin.correlation_id,
        client_address = origin.client_address,
        subject = change.by.subject,
        service_id = path.id().get(),
        service_name = service.name,
        type_id = service.type_id,
        region = path.root().get(),
        parent_id = path.parent().map(|parent| parent.get()),
        status = change.status.rag().as_str(),
        previous_status = change.previous.as_str(),
        date = %change.at,
        reset_date_time = change.status.reset_at().map(|deadline| deadline.to_string()),
        cause = change.cause.as_str(),
        version = change.version,
        duration_ms = origin.duration_ms,
        notes_length = change.notes.as_ref().map(|notes| notes.chars().count()),
        "capacity_status_changed"
    );
    metrics::changed(change, origin.now);
}
