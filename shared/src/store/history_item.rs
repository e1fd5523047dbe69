//! A row of the history table: one change of a status. Rows are only ever added.

use serde::Serialize;
use uuid::Uuid;

use super::{StoreFault, attribute::Item, keys::history_key};
use crate::domain::{Change, ServiceId, Timestamp};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HistoryItem<'a> {
    service_id: u64,
    at: String,
    change_id: String,
    version: u64,
    status: &'static str,
    previous_status: &'static str,
    date: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_date_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    username: &'a str,
    cause: &'static str,
    recorded_at: i64,
    request_id: &'a str,
}

/// The row of a change that is recorded at that time by that request.
///
/// # Errors
/// [`StoreFault::Unbuildable`] if the change cannot be written as an item.
pub(super) fn history_item(
    service: ServiceId,
    change: &Change,
    recorded_at: Timestamp,
    request_id: &str,
) -> Result<Item, StoreFault> {
    let item = HistoryItem {
        service_id: service.get(),
        at: history_key(change.at, change.version),
        change_id: Uuid::new_v4().to_string(),
        version: change.version,
        status: change.status.rag().as_str(),
        previous_status: change.previous.as_str(),
        date: change.at.epoch_seconds(),
        reset_date_time: change.status.reset_at().map(Timestamp::epoch_seconds),
        notes: change.notes.as_deref(),
        subject: change.by.subject.as_deref(),
        username: &change.by.username,
        cause: change.cause.as_str(),
        recorded_at: recorded_at.epoch_seconds(),
        request_id,
    };
    serde_dynamo::to_item(item).map_err(StoreFault::unbuildable)
}
