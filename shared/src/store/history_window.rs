//! Reads the history of a service in a window, for its statistics.

use super::{
    PastStatus, StatusHistoryTable, StoreFault,
    keys::{MAX_VERSION, history_key},
    read::{FIRST_PAUSE, MAX_ATTEMPTS, pause},
    status_history_table::{FIRST_KEY, agreeing_with, with_missing_resets},
};
use crate::domain::{BeforeChanges, Change, HistoryGap, KnownChanges, Service, Window};

/// The most changes of a window.
const MAX_CHANGES: usize = 5_000;

impl StatusHistoryTable {
    /// What is known of a service, which was read before, in a window that has ended. If it has more than 5,000 changes,
    /// these are the last ones. If history lacks a change, a transaction is being applied: then this waits and reads
    /// again.
    ///
    /// # Errors
    /// The store failed, a row cannot be read, or history kept lacking a change.
    pub async fn known_changes(
        &self,
        service: &Service,
        window: Window,
    ) -> Result<KnownChanges, StoreFault> {
        for attempt in 1..=MAX_ATTEMPTS {
            let (stored, before) = self.stored_in(service, window).await?;
            if let Ok(known) = known(service, window, stored, before) {
                return Ok(known);
            }
            if attempt < MAX_ATTEMPTS {
                pause(FIRST_PAUSE, attempt).await;
            }
        }
        Err(StoreFault::Incomplete(format!("service {}", service.id())))
    }

    /// The stored changes of the window and the last one before it, newest first, and what came before them.
    async fn stored_in(
        &self,
        service: &Service,
        window: Window,
    ) -> Result<(Vec<Change>, BeforeChanges), StoreFault> {
        if service.record.version == 0 {
            return Ok((Vec::new(), BeforeChanges::NeverUpdated));
        }
        let mut changes = self.newest_of(service, window).await?;
        let count = changes.len();
        if count > MAX_CHANGES {
            return Ok((changes, BeforeChanges::NotRead));
        }
        let is_first = |change: &Change| change.version == 1;
        if !changes.last().is_some_and(is_first) {
            let until = history_key(window.from().minus_seconds(1), MAX_VERSION);
            changes.extend(self.stored(service.id(), FIRST_KEY, until, 1).await?.0);
        }
        let before = match changes.last() {
            Some(oldest) if is_first(oldest) => BeforeChanges::NeverUpdated,
            Some(_) if changes.len() > count => BeforeChanges::NotRead,
            Some(oldest) => BeforeChanges::Pruned(oldest.at),
            None => match self.effective_at(service, window.to().minus_seconds(1)).await? {
                PastStatus::Known(_) => BeforeChanges::NeverUpdated,
                PastStatus::Pruned { oldest } => BeforeChanges::Pruned(oldest),
            },
        };
        Ok((changes, before))
    }

    /// The stored changes of the window, newest first: all, or the last ones if there are too many.
    async fn newest_of(
        &self,
        service: &Service,
        window: Window,
    ) -> Result<Vec<Change>, StoreFault> {
        let lowest = history_key(window.from(), 0);
        let mut highest = history_key(window.to().minus_seconds(1), MAX_VERSION);
        let mut changes: Vec<Change> = Vec::new();
        loop {
            // One more than are counted: it tells what was before them. DynamoDB returns fewer if they have more than 1 MB.
            let missing = MAX_CHANGES + 1 - changes.len();
            let (more, goes_on) = self.stored(service.id(), &lowest, highest, missing).await?;
            changes.extend(more);
            match changes.last() {
                Some(last) if goes_on && changes.len() <= MAX_CHANGES => {
                    highest = history_key(last.at, last.version.saturating_sub(1));
                }
                _ => return Ok(changes),
            }
        }
    }
}

/// The changes, newest first, with the resets that are not stored.
fn known(
    service: &Service,
    window: Window,
    stored: Vec<Change>,
    before: BeforeChanges,
) -> Result<KnownChanges, HistoryGap> {
    let changes = with_missing_resets(stored, None, window.to().minus_seconds(1))?;
    let mut changes = agreeing_with(&service.record, changes)?;
    let newest = changes.first().map_or(0, |newest| newest.version);
    let is_newest_in = service.record.modified.as_ref().is_some_and(|last| last.at < window.to());
    if is_newest_in && newest < service.record.version {
        return Err(HistoryGap);
    }
    changes.reverse();
    KnownChanges::new(changes, before)
}
