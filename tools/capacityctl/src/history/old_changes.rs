//! The changes of one service that are not needed to tell its status since a time: finds and deletes them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{delete_item::DeleteItemError, query::builders::QueryFluentBuilder},
    types::AttributeValue,
};
use shared::{
    domain::{ServiceId, Timestamp},
    store::keys::{MAX_VERSION, history, history_key},
};

use crate::{
    Error,
    concurrency::{MAX_ATTEMPTS, RETRY_DELAY},
    scan::text,
};

/// The table of changes, and the time whose status must be left.
#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) before: Timestamp,
}

/// Changes of a service that are not needed.
#[derive(Clone, Debug)]
pub(super) struct OldChanges {
    service: ServiceId,
    /// The sort key of the change that tells the status at the time: all before it are not needed.
    needed: String,
    /// How many there are.
    pub(super) count: usize,
}

impl History {
    /// The old changes of a service; `None` if there are none. The newest change of a service is never among them.
    ///
    /// # Errors
    ///
    /// A fault of the store.
    pub(super) async fn old_changes(
        &self,
        service: ServiceId,
    ) -> Result<Option<OldChanges>, Error> {
        let latest = history_key(self.before, MAX_VERSION);
        let query = self.query(service, "#service = :service AND #at <= :at", latest);
        let mut items = query.scan_index_forward(false).into_paginator().items().send();
        let (mut needed, mut count) = (None, 0);
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| Error::store(&self.table, error))?;
            match needed {
                None => needed = text(&item, history::AT),
                Some(_) => count += 1,
            }
        }
        Ok(needed.filter(|_| count > 0).map(|needed| OldChanges { service, needed, count }))
    }

    /// Deletes the changes one by one, the oldest first, so that what is left has no gap if this stops. Counts them.
    ///
    /// # Errors
    ///
    /// A fault of the store.
    pub(super) async fn delete(
        self,
        old: OldChanges,
        deleted: Arc<AtomicU64>,
    ) -> Result<(), Error> {
        let query = self.query(old.service, "#service = :service AND #at < :at", old.needed);
        let mut items = query.into_paginator().items().send();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| Error::store(&self.table, error))?;
            self.delete_one(old.service, text(&item, history::AT).unwrap_or_default()).await?;
            deleted.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    fn query(&self, service: ServiceId, condition: &str, at: String) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(condition)
            .projection_expression("#at")
            .expression_attribute_names("#service", history::SERVICE_ID)
            .expression_attribute_names("#at", history::AT)
            .expression_attribute_values(":service", AttributeValue::N(service.to_string()))
            .expression_attribute_values(":at", AttributeValue::S(at))
    }

    async fn delete_one(&self, service: ServiceId, at: String) -> Result<(), Error> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(history::SERVICE_ID, AttributeValue::N(service.to_string()))
            .key(history::AT, AttributeValue::S(at));
        for _ in 0..MAX_ATTEMPTS {
            match request.clone().send().await.map_err(SdkError::into_service_error) {
                Ok(_) => return Ok(()),
                // Somebody redacts the change.
                Err(DeleteItemError::TransactionConflictException(_)) => {
                    tokio::time::sleep(RETRY_DELAY).await;
                }
                Err(error) => return Err(Error::store(&self.table, error)),
            }
        }
        Err(Error::ConcurrentModification { table: self.table.clone() })
    }
}
