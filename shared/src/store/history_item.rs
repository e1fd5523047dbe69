//! A row of the history table: one change of a status. Functions only add rows; `cargo ctl history` redacts and
//! prunes them.

use aws_sdk_dynamodb::types::Put;
use serde::{Deserialize, Serialize};

use super::{
    StoreFault,
    attribute::{Item, from_item},
    keys::{history, history_key},
};
use crate::domain::{Author, CapacityStatus, Cause, Change, Rag, Reason, ServiceId, Timestamp};

/// When, and by which request, changes are recorded.
#[derive(Clone, Copy, Debug)]
pub struct AuditContext<'a> {
    /// The time by the clock of the function that stores them.
    pub at: Timestamp,
    /// The request's id, for tracing.
    pub request_id: &'a str,
}

/// A change as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedChange {
    /// Its id, in history and in the audit record.
    pub id: String,
    /// The change.
    pub change: Change,
    /// When it was stored, by the clock of the function that stored it.
    pub recorded_at: Timestamp,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct HistoryItem {
    service_id: u64,
    at: String,
    change_id: String,
    version: u64,
    status: String,
    previous_status: String,
    date: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_date_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<String>,
    cause: String,
    recorded_at: i64,
    request_id: String,
}

impl RecordedChange {
    /// Its sort key in history.
    pub(super) fn key(&self) -> String {
        history_key(self.change.at, self.change.version)
    }
}

/// Stores a change, unless its row exists.
///
/// # Errors
/// [`StoreFault::InvalidRequest`] if the change cannot be written as an item.
pub(super) fn put_change(
    table: &str,
    service: ServiceId,
    recorded: &RecordedChange,
    audit: AuditContext<'_>,
) -> Result<Put, StoreFault> {
    let change = &recorded.change;
    let item = HistoryItem {
        service_id: service.get(),
        at: recorded.key(),
        change_id: recorded.id.clone(),
        version: change.version,
        status: change.status.rag().to_string(),
        previous_status: change.previous.to_string(),
        date: change.at.epoch_seconds(),
        reset_date_time: change.status.reset_at().map(Timestamp::epoch_seconds),
        notes: change.notes.clone(),
        reason: change.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        subject: change.by.subject.clone(),
        username: change.by.username.clone(),
        operator: change.by.operator.clone(),
        cause: change.cause.as_str().to_owned(),
        recorded_at: recorded.recorded_at.epoch_seconds(),
        request_id: audit.request_id.to_owned(),
    };
    Put::builder()
        .table_name(table)
        .set_item(Some(serde_dynamo::to_item(item).map_err(StoreFault::invalid_request)?))
        .condition_expression("attribute_not_exists(#at)")
        .expression_attribute_names("#at", history::AT)
        .build()
        .map_err(StoreFault::invalid_request)
}

/// Parses a row.
///
/// # Errors
/// [`StoreFault::Unreadable`] if attributes are missing, have another type, or contradict each other.
pub(super) fn parse_change(item: Item) -> Result<RecordedChange, StoreFault> {
    let attribute = |name: &str| item.get(name).cloned();
    let key = (attribute(history::SERVICE_ID), attribute(history::AT));
    // The text of the error would quote the item, which may hold notes.
    let parsed = from_item(item).ok().and_then(HistoryItem::into_change);
    parsed.ok_or_else(|| StoreFault::Unreadable(format!("a change: {key:?}")))
}

impl HistoryItem {
    fn into_change(self) -> Option<RecordedChange> {
        let at = Timestamp::from_epoch_seconds(self.date)?;
        let reset_at = match self.reset_date_time {
            None => None,
            Some(seconds) => Some(Timestamp::from_epoch_seconds(seconds)?),
        };
        let rag = Rag::parse(&self.status)?;
        let change = Change {
            version: self.version,
            status: CapacityStatus::from_parts(rag, reset_at)?,
            previous: Rag::parse(&self.previous_status)?,
            at,
            notes: self.notes,
            reason: self.reason.filter(|_| !rag.is_green()).map(Reason::stored),
            by: Author { subject: self.subject, username: self.username, operator: self.operator },
            cause: Cause::parse(&self.cause)?,
        };
        let recorded_at = Timestamp::from_epoch_seconds(self.recorded_at)?;
        (self.at == history_key(at, change.version)).then_some(RecordedChange {
            id: self.change_id,
            change,
            recorded_at,
        })
    }
}
