//! The usage record: one log event for each change of a status that was stored. Reporting reads it.
//!
//! It has the length of the notes and not the notes, the subject and not the username.

use crate::{
    domain::{Change, Directory},
    http::Context,
};

/// Logs `capacity_status_changed` for a change that the request has made, or settled.
pub fn status_changed(context: &Context, service: &Directory, change: &Change) {
    let lineage = &service.lineage;
    tracing::info!(
        request_id = context.request_id,
        correlation_id = context.correlation_id,
        client_address = context.client_address,
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
        duration_ms = context.elapsed_ms(),
        notes_length = change.notes.as_ref().map(|notes| notes.chars().count()),
        "capacity_status_changed"
    );
}
