//! The usage record: one log event for each change of a status that was stored. Reporting reads it.
//!
//! It has the length of the notes and not the notes, the subject and not the username.

use crate::{
    domain::{Change, Directory, Timestamp},
    http::Context,
    metrics,
};

/// What stored a change.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The request's id.
    pub request_id: &'a str,
    /// The client's own id for what it is doing.
    pub correlation_id: Option<&'a str>,
    /// The client's address as the gateway saw it.
    pub client_address: Option<&'a str>,
    /// The time of the request.
    pub now: Timestamp,
    /// How long it has taken so far, in milliseconds.
    pub duration_ms: u64,
}

impl<'a> From<&'a Context> for Origin<'a> {
    fn from(context: &'a Context) -> Self {
        Self {
            request_id: &context.request_id,
            correlation_id: context.correlation_id.as_deref(),
            client_address: context.client_address.as_deref(),
            now: context.now,
            duration_ms: context.elapsed_ms(),
        }
    }
}

/// Logs `capacity_status_changed` for a change that has been made, or settled, and counts it.
pub fn status_changed(origin: Origin<'_>, service: &Directory, change: &Change) {
    let lineage = &service.lineage;
    tracing::info!(
        request_id = origin.request_id,
        correlation_id = origin.correlation_id,
        client_address = origin.client_address,
        subject = change.by.subject,
        service_id = lineage.own().get(),
        service_name = service.name,
        type_id = service.type_id,
        region = lineage.root().get(),
        parent_id = lineage.parent().map(|parent| parent.get()),
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
