//! Reads how long a service had each status.

use crate::{
    domain::{Change, Service, Statistics, Timestamp, Window},
    store::{PastStatus, StatusHistoryTable, StoreFault, TimeRange},
};

/// The most changes of a window.
const MAX_CHANGES: usize = 5_000;

/// How many changes are read at once. DynamoDB returns fewer if they have more than 1 MB.
const AT_ONCE: usize = 1_000;

/// Why there are no statistics.
#[derive(Debug)]
pub enum StatisticsError {
    /// Changes of that time are deleted; the oldest one that is left has this date.
    Pruned(Timestamp),
    /// The window has more than 5,000 changes.
    TooManyChanges,
    /// The store failed.
    Store(StoreFault),
}

impl From<StoreFault> for StatisticsError {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

/// The statistics of a service, which was read before, in a window that has ended by `now`.
///
/// # Errors
/// History is deleted, there is too much of it, the store failed, or history lacks a change.
pub async fn read_statistics(
    history: &StatusHistoryTable,
    service: &Service,
    window: Window,
    now: Timestamp,
) -> Result<Statistics, StatisticsError> {
    let mut changes = changes(history, service, window, now).await?;
    changes.reverse();
    let before = match history.effective_at(service, window.from().minus_seconds(1)).await? {
        PastStatus::Known(record) => record,
        PastStatus::Pruned { oldest } => return Err(StatisticsError::Pruned(oldest)),
    };
    let statistics = Statistics::of(window, &before, &changes);
    statistics.map_err(|_| StoreFault::Incomplete(format!("service {}", service.id())).into())
}

/// The changes of a window, newest first.
async fn changes(
    history: &StatusHistoryTable,
    service: &Service,
    window: Window,
    now: Timestamp,
) -> Result<Vec<Change>, StatisticsError> {
    let range = TimeRange { from: Some(window.from()), to: Some(window.to().minus_seconds(1)) };
    let (mut changes, mut after) = (Vec::new(), None);
    loop {
        let page = history.page(service, range, after, AT_ONCE, now).await?;
        changes.extend(page.changes);
        if changes.len() > MAX_CHANGES {
            return Err(StatisticsError::TooManyChanges);
        }
        after = page.next;
        if after.is_none() {
            return Ok(changes);
        }
    }
}
