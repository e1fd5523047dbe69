//! The table of changes: reads the history of a service, newest change first.

use aws_sdk_dynamodb::Client;

use super::{
    StoreFault,
    attribute::{Item, number, text},
    history_item::parse_change,
    keys::{MAX_VERSION, history, history_key},
    read::{FIRST_PAUSE, MAX_ATTEMPTS, Row, pause},
};
use crate::domain::{Change, HistoryGap, NextChange, Service, ServiceId, StatusRecord, Timestamp};

/// Before the sort keys of all changes.
pub(super) const FIRST_KEY: &str = "0";

/// The changes with a date in this range, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// `None`: from the first change.
    pub from: Option<Timestamp>,
    /// `None`: to the last change.
    pub to: Option<Timestamp>,
}

/// The position of a change in history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPosition {
    /// The date of the change.
    pub at: Timestamp,
    /// The version after the change.
    pub version: u64,
}

impl HistoryPosition {
    const fn as_next(self) -> NextChange {
        NextChange { version: self.version, at: self.at, previous: None }
    }
}

/// One page of history, newest change first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// The changes, including resets that are not stored yet.
    pub changes: Vec<Change>,
    /// The last change of this page if there is a next page.
    pub next: Option<HistoryPosition>,
}

/// The table of changes.
#[derive(Clone, Debug)]
pub struct StatusHistoryTable {
    pub(super) client: Client,
    name: String,
}

impl StatusHistoryTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: &Client, name: String) -> Self {
        Self { client: client.clone(), name }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A page of at most `limit` changes of a service in this range, after this position, as of `now`.
    ///
    /// # Errors
    /// The store failed, or a row cannot be read.
    pub async fn page(
        &self,
        service: &Service,
        range: TimeRange,
        after: Option<HistoryPosition>,
        limit: usize,
        now: Timestamp,
    ) -> Result<HistoryPage, StoreFault> {
        let TimeRange { from, to } = range;
        let highest = match (after, to) {
            (Some(after), _) => history_key(after.at, after.version.saturating_sub(1)),
            (None, Some(to)) => history_key(to, MAX_VERSION),
            (None, None) => "9".to_owned(),
        };
        // A change after the range cannot prevent a reset in it: every change is dated at or before the deadline of
        // the status that it replaces, or is preceded by the reset.
        let by = to.map_or(now, |to| to.min(now));
        // One more than fits, to know whether there is a next page. Changes before the range are read too,
        // since the last of them tells whether a reset in the range is missing.
        let (mut changes, has_more) = self
            .complete(service, highest, limit + 1, after.map(HistoryPosition::as_next), by)
            .await?;
        let in_range =
            changes.iter().take_while(|change| from.is_none_or(|from| change.at >= from));
        let in_range = in_range.count();
        let has_next = in_range > limit || (has_more && in_range == changes.len());
        changes.truncate(in_range.min(limit));
        let last = changes.last().filter(|_| has_next);
        let next = last.map(|change| HistoryPosition { at: change.at, version: change.version });
        Ok(HistoryPage { changes, next })
    }

    /// The changes up to this sort key, newest first, with the resets that are not stored, and whether more may follow.
    /// If a change is missing, a transaction is being applied: then this waits and reads again.
    async fn complete(
        &self,
        service: &Service,
        highest: String,
        count: usize,
        next: Option<NextChange>,
        now: Timestamp,
    ) -> Result<(Vec<Change>, bool), StoreFault> {
        for attempt in 1..=MAX_ATTEMPTS {
            let stored = self.stored(service.id(), FIRST_KEY, highest.clone(), count);
            let (stored, has_more) = stored.await?;
            let changes = with_missing_resets(stored, next, now);
            match changes.and_then(|changes| agreeing_with(&service.record, changes)) {
                Ok(changes) => return Ok((changes, has_more)),
                Err(HistoryGap) if attempt == MAX_ATTEMPTS => break,
                Err(HistoryGap) => pause(FIRST_PAUSE, attempt).await,
            }
        }
        Err(StoreFault::Incomplete(format!("service {}", service.id())))
    }

    /// The stored changes from one sort key to another, newest first, and whether there may be more.
    pub(super) async fn stored(
        &self,
        service: ServiceId,
        lowest: &str,
        highest: String,
        count: usize,
    ) -> Result<(Vec<Change>, bool), StoreFault> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .scan_index_forward(false)
            .key_condition_expression("#service = :service AND #at BETWEEN :lowest AND :highest")
            .expression_attribute_names("#service", history::SERVICE_ID)
            .expression_attribute_names("#at", history::AT)
            .expression_attribute_values(":service", number(service))
            .expression_attribute_values(":lowest", text(lowest))
            .expression_attribute_values(":highest", text(highest))
            .limit(i32::try_from(count).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let rows = answer.items.unwrap_or_default().into_iter();
        let changes = rows.map(|row| Ok(parse_change(row)?.change));
        Ok((changes.collect::<Result<_, StoreFault>>()?, answer.last_evaluated_key.is_some()))
    }

    /// The row of a change.
    pub(super) fn row(&self, service: ServiceId, at: String) -> Row<'_> {
        let key = Item::from([
            (history::SERVICE_ID.to_owned(), number(service)),
            (history::AT.to_owned(), text(at)),
        ]);
        Row { table: &self.name, key }
    }
}

/// Adds the resets that are missing between these changes, newest first. `next` is the change that follows the
/// first one, if there is one.
pub(super) fn with_missing_resets(
    stored: Vec<Change>,
    mut next: Option<NextChange>,
    now: Timestamp,
) -> Result<Vec<Change>, HistoryGap> {
    let mut changes = Vec::with_capacity(stored.len() + 1);
    for change in stored {
        changes.extend(change.missing_reset(next, now)?);
        next = Some(change.as_next());
        changes.push(change);
    }
    Ok(changes)
}

/// Refuses changes whose newest is not what the service has under its version, but a reset of the change before it.
pub(super) fn agreeing_with(
    record: &StatusRecord,
    changes: Vec<Change>,
) -> Result<Vec<Change>, HistoryGap> {
    let last = (record.status, record.modified.as_ref().map(|last| last.at));
    let newest = changes.first().filter(|newest| newest.version == record.version);
    let agrees = newest.is_none_or(|newest| (newest.status, Some(newest.at)) == last);
    if agrees { Ok(changes) } else { Err(HistoryGap) }
}
