//! The audit record: a log line for each stored change of a status. Reporting reads it, and history is the source:
//! if a function dies after it has stored a change, the line is missing, until the client repeats the request with
//! its `Idempotency-Key`. So a change can have several lines, with the same `change_id`.
//!
//! It has the length of the notes but not the notes, the subject but not the username.

use super::metrics;
use crate::{
    domain::{Reason, ServiceDetails, Timestamp},
    store::RecordedChange,
};

/// The request that stored a change, or found it stored.
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

/// Logs `capacity_status_changed` for a change that this request stored, and counts it.
pub fn status_changed(origin: Origin<'_>, service: &ServiceDetails, recorded: &RecordedChange) {
    log(origin, service, recorded, None);
    metrics::changed(&recorded.change, origin.now);
}

/// Logs it again, marked as repeated, for a change that an earlier request stored and counted.
pub fn status_change_repeated(
    origin: Origin<'_>,
    service: &ServiceDetails,
    recorded: &RecordedChange,
) {
    log(origin, service, recorded, Some(true));
}

fn log(
    origin: Origin<'_>,
    service: &ServiceDetails,
    RecordedChange { id, change, .. }: &RecordedChange,
    repeated: Option<bool>,
) {
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
        reason = change.reason.as_ref().map(Reason::as_str),
        cause = change.cause.as_str(),
        version = change.version,
        change_id = id.as_str(),
        repeated,
        duration_ms = origin.duration_ms,
        notes_length = change.notes.as_ref().map(|notes| notes.chars().count()),
        "capacity_status_changed"
    );
}
