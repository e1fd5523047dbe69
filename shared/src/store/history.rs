//! Reading the changes of a service, newest first.

use aws_sdk_dynamodb::Client;

use super::{
    StoreFault,
    attribute::{number, text},
    history_item::entry,
    keys::{history, history_key},
};
use crate::{
    config::Environment,
    domain::{Change, ServiceId, StatusRecord, Timestamp},
};

/// The highest version that a key can have: twelve digits.
const LAST_VERSION: u64 = 999_999_999_999;

/// Which changes a page is of: those dated from one time to another, both inclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// None: from the first change on.
    pub from: Option<Timestamp>,
    /// None: to the last change.
    pub to: Option<Timestamp>,
}

/// A change's place in history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its date.
    pub at: Timestamp,
    /// Its version.
    pub version: u64,
}

/// A page of changes, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// The changes, resets that are not durable yet among them.
    pub changes: Vec<Change>,
    /// After which change the next page begins; none after the last.
    pub next: Option<Place>,
}

/// Reads history.
#[derive(Clone, Debug)]
pub struct History {
    client: Client,
    table: String,
}

impl History {
    /// Reads `STATUS_HISTORY_TABLE`.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let table = environment.required("STATUS_HISTORY_TABLE")?;
        Some(Self { client: client.clone(), table })
    }

    /// The changes of a service in that window, as they are known at `now`: at most `limit`, after
    /// that place.
    ///
    /// # Errors
    /// The store failed.
    pub async fn page(
        &self,
        service: ServiceId,
        window: Window,
        after: Option<Place>,
        limit: usize,
        now: Timestamp,
    ) -> Result<HistoryPage, StoreFault> {
        let (from, to) = (window.from, window.to);
        let high = match (after, to) {
            (Some(place), _) => history_key(place.at, place.version.saturating_sub(1)),
            (None, Some(to)) => history_key(to, LAST_VERSION),
            (None, None) => "9".to_owned(),
        };
        // One more than fits, to know whether there is a next page; and from before the window too,
        // since a reset in it may be missing that only the change before it tells of.
        let (stored, unread) = self.stored(service, high, limit + 1).await?;
        // Whatever follows a change is dated by its deadline at the latest. So nothing follows the
        // newest change of a window unseen that would keep its reset from happening in the window.
        let by = to.map_or(now, |to| to.min(now));
        let mut changes = completed(stored, after.map(|place| place.version), by);
        let within = changes.iter().take_while(|change| from.is_none_or(|from| change.at >= from));
        let within = within.count();
        let more = within > limit || (unread && within == changes.len());
        changes.truncate(within.min(limit));
        let last = changes.last().filter(|_| more);
        let next = last.map(|change| Place { at: change.at, version: change.version });
        Ok(HistoryPage { changes, next })
    }

    /// The record that a reader was shown at that time, which is not in the future.
    ///
    /// # Errors
    /// The store failed.
    pub async fn shown_at(
        &self,
        service: ServiceId,
        at: Timestamp,
    ) -> Result<StatusRecord, StoreFault> {
        let window = Window { from: None, to: Some(at) };
        let page = self.page(service, window, None, 1, at).await?;
        Ok(page.changes.first().map_or_else(StatusRecord::never_updated, StatusRecord::after))
    }

    /// The stored changes up to that key, newest first, and whether there may be more.
    async fn stored(
        &self,
        service: ServiceId,
        high: String,
        count: usize,
    ) -> Result<(Vec<Change>, bool), StoreFault> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .key_condition_expression("#service = :service AND #at <= :high")
            .expression_attribute_names("#service", history::SERVICE_ID)
            .expression_attribute_names("#at", history::AT)
            .expression_attribute_values(":service", number(service))
            .expression_attribute_values(":high", text(high))
            .limit(i32::try_from(count).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let rows = answer.items.unwrap_or_default().into_iter();
        let changes = rows.map(|row| Ok(entry(row)?.change)).collect::<Result<_, StoreFault>>()?;
        Ok((changes, answer.last_evaluated_key.is_some()))
    }
}

/// The changes with the resets that are missing among them. All are newest first; `successor` is the
/// version of the change after them, if there is one.
fn completed(stored: Vec<Change>, mut successor: Option<u64>, now: Timestamp) -> Vec<Change> {
    let mut changes = Vec::with_capacity(stored.len() + 1);
    for change in stored {
        changes.extend(change.missing_reset(successor, now));
        successor = Some(change.version);
        changes.push(change);
    }
    changes
}
