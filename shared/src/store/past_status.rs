//! What readers saw at a time in the past.

use super::{
    StatusHistoryTable, StoreFault, TimeRange,
    attribute::number,
    history_item::parse_change,
    keys::history,
    read::{FIRST_PAUSE, MAX_ATTEMPTS, pause},
};
use crate::domain::{Change, Service, ServiceId, StatusRecord, Timestamp};

/// What readers saw at a time in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastStatus {
    /// This record.
    Known(StatusRecord),
    /// The changes of that time are deleted.
    Pruned {
        /// The date of the oldest change that is left.
        oldest: Timestamp,
    },
}

impl StatusHistoryTable {
    /// What readers saw at this time, which must not be in the future. `service` was read before. If history lacks a
    /// change of it, a transaction is being applied: then this waits and reads again.
    ///
    /// # Errors
    /// The store failed, a row cannot be read, or history kept lacking a change.
    pub async fn effective_at(
        &self,
        service: &Service,
        at: Timestamp,
    ) -> Result<PastStatus, StoreFault> {
        for attempt in 1..=MAX_ATTEMPTS {
            if let Some(past) = self.past(service, at).await? {
                return Ok(past);
            }
            if attempt < MAX_ATTEMPTS {
                pause(FIRST_PAUSE, attempt).await;
            }
        }
        Err(StoreFault::Incomplete(format!("service {}", service.id())))
    }

    /// What readers saw at this time; `None` if history lacks a change that the service has.
    async fn past(
        &self,
        service: &Service,
        at: Timestamp,
    ) -> Result<Option<PastStatus>, StoreFault> {
        let range = TimeRange { from: None, to: Some(at) };
        if let Some(change) = self.page(service, range, None, 1, at).await?.changes.first() {
            let is_last_known = service.record.modified.as_ref().is_some_and(|last| last.at <= at);
            let is_missing = is_last_known && change.version < service.record.version;
            return Ok((!is_missing).then(|| PastStatus::Known(StatusRecord::after(change))));
        }
        Ok(match self.oldest(service.id()).await? {
            // Pruning deletes the oldest changes first, so it always deletes version 1.
            Some(oldest) if oldest.version > 1 => Some(PastStatus::Pruned { oldest: oldest.at }),
            None if service.record.version > 0 => None,
            Some(_) | None => Some(PastStatus::Known(StatusRecord::never_updated())),
        })
    }

    /// The oldest stored change of a service.
    async fn oldest(&self, service: ServiceId) -> Result<Option<Change>, StoreFault> {
        let query = self.client.query().table_name(self.name()).consistent_read(true);
        let answer = query
            .key_condition_expression("#service = :service")
            .expression_attribute_names("#service", history::SERVICE_ID)
            .expression_attribute_values(":service", number(service))
            .limit(1)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let row = answer.items.unwrap_or_default().into_iter().next();
        Ok(row.map(parse_change).transpose()?.map(|recorded| recorded.change))
    }
}
