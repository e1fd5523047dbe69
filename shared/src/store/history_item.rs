//! A row of the history table: one change of a status. Rows are only ever added.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    StoreFault,
    attribute::{Item, number, text},
    keys::{history, history_key},
};
use crate::domain::{Author, CapacityStatus, Cause, Change, Rag, ServiceId, Timestamp};

/// When, and by which request, changes are recorded.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// The time by the clock of whoever stores them.
    pub at: Timestamp,
    /// The request's id, for tracing.
    pub request_id: &'a str,
}

/// A change as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The change.
    pub change: Change,
    /// When it was stored, by the clock of whoever stored it.
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
    subject: Option<String>,
    username: String,
    cause: String,
    recorded_at: i64,
    request_id: String,
}

/// The row of a change, under that change id.
///
/// # Errors
/// [`StoreFault::Unbuildable`] if the change cannot be written as an item.
pub(super) fn history_item(
    service: ServiceId,
    change: &Change,
    change_id: Uuid,
    recorded: Recorded<'_>,
) -> Result<Item, StoreFault> {
    let item = HistoryItem {
        service_id: service.get(),
        at: history_key(change.at, change.version),
        change_id: change_id.to_string(),
        version: change.version,
        status: change.status.rag().to_string(),
        previous_status: change.previous.to_string(),
        date: change.at.epoch_seconds(),
        reset_date_time: change.status.reset_at().map(Timestamp::epoch_seconds),
        notes: change.notes.clone(),
        subject: change.by.subject.clone(),
        username: change.by.username.clone(),
        cause: change.cause.as_str().to_owned(),
        recorded_at: recorded.at.epoch_seconds(),
        request_id: recorded.request_id.to_owned(),
    };
    serde_dynamo::to_item(item).map_err(StoreFault::unbuildable)
}

/// The key of the row that stands at that place in a service's history.
pub(super) fn row_key(service: ServiceId, at: &str) -> Item {
    Item::from([
        (history::SERVICE_ID.to_owned(), number(service)),
        (history::AT.to_owned(), text(at)),
    ])
}

/// Reads a row.
///
/// # Errors
/// [`StoreFault::Unreadable`] if attributes are missing, of another type, or contradict each other.
pub(super) fn entry(item: Item) -> Result<Entry, StoreFault> {
    let of = |name: &str| item.get(name).cloned();
    let place = (of(history::SERVICE_ID), of(history::AT));
    // Not the error's own text, which quotes what it found: that may be notes.
    let read = serde_dynamo::from_item(item).ok().and_then(HistoryItem::into_entry);
    read.ok_or_else(|| StoreFault::Unreadable(format!("a change: {place:?}")))
}

impl HistoryItem {
    fn into_entry(self) -> Option<Entry> {
        let at = Timestamp::from_epoch_seconds(self.date)?;
        let reset_at = match self.reset_date_time {
            None => None,
            Some(seconds) => Some(Timestamp::from_epoch_seconds(seconds)?),
        };
        let change = Change {
            version: self.version,
            status: CapacityStatus::from_parts(Rag::parse(&self.status)?, reset_at)?,
            previous: Rag::parse(&self.previous_status)?,
            at,
            notes: self.notes,
            by: Author { subject: self.subject, username: self.username },
            cause: Cause::parse(&self.cause)?,
        };
        let recorded_at = Timestamp::from_epoch_seconds(self.recorded_at)?;
        (self.at == history_key(at, change.version)).then_some(Entry { change, recorded_at })
    }
}
