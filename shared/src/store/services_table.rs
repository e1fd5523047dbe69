//! The table of services: directory details and the current status, with its two indexes.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::{
    Client,
    operation::{query::builders::QueryFluentBuilder, scan::builders::ScanFluentBuilder},
};

use super::{
    PendingReset, StoreFault,
    attribute::{Item, number},
    keys::services,
    read::{Row, batch_get_all},
    service_item::parse_service,
};
use crate::domain::{Service, ServiceId, Timestamp};

/// The largest page of due resets.
const DUE_PAGE: i32 = 25;

/// The table of services.
#[derive(Clone, Debug)]
pub struct ServicesTable {
    pub(super) client: Client,
    pub(super) name: String,
}

/// Services whose reset is due, the earliest deadline first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueResets {
    /// The services and their deadlines, as the index has them.
    pub resets: Vec<PendingReset>,
    /// Where the next page starts; `None` at the end of the shard.
    pub next: Option<PendingReset>,
}

impl ServicesTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: &Client, name: String) -> Self {
        Self { client: client.clone(), name }
    }

    /// The service of this id, read strongly consistently.
    ///
    /// # Errors
    /// The store failed, or the row cannot be read.
    pub async fn service(&self, id: ServiceId) -> Result<Option<Service>, StoreFault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(service_key(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        answer.item.map(parse_service).transpose()
    }

    /// The services of these ids, in this order, each once; those that do not exist are left out. At
    /// most 100 ids, by one strongly consistent call.
    ///
    /// # Errors
    /// The store failed, or a row cannot be read.
    pub async fn services(&self, ids: &[ServiceId]) -> Result<Vec<Service>, StoreFault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // DynamoDB refuses a duplicate key, and an index can show a service twice while it moves in it.
        let unique: HashSet<ServiceId> = ids.iter().copied().collect();
        let keys = unique.into_iter().map(service_key).collect();
        let items = batch_get_all(&self.client, &self.name, keys).await?;
        let mut found = HashMap::with_capacity(items.len());
        for item in items {
            let service = parse_service(item)?;
            found.insert(service.id(), service);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The next services of a shard with a deadline at or before `by`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn due_resets(
        &self,
        shard: u64,
        after: Option<PendingReset>,
        by: Timestamp,
    ) -> Result<DueResets, StoreFault> {
        // DynamoDB refuses a start key outside of the condition; the clock may have gone back.
        let start = after.filter(|pending| pending.deadline <= by).map(PendingReset::key);
        let answer = self
            .query(services::PENDING_RESET)
            .key_condition_expression("#shard = :shard AND #deadline <= :by")
            .expression_attribute_names("#shard", services::RESET_SHARD)
            .expression_attribute_names("#deadline", services::RESET_DATE_TIME)
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":by", number(by.epoch_seconds()))
            .set_exclusive_start_key(start)
            .limit(DUE_PAGE)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let resets = answer.items.iter().flatten().filter_map(PendingReset::of_item).collect();
        let next = answer.last_evaluated_key.as_ref().and_then(PendingReset::of_item);
        Ok(DueResets { resets, next })
    }

    pub(super) fn row(&self, id: ServiceId) -> Row<'_> {
        Row { table: &self.name, key: service_key(id) }
    }

    pub(super) fn query(&self, index: &str) -> QueryFluentBuilder {
        self.client.query().table_name(&self.name).index_name(index)
    }

    pub(super) fn scan(&self) -> ScanFluentBuilder {
        self.client.scan().table_name(&self.name).consistent_read(true)
    }
}

/// The key of a service's row.
pub(super) fn service_key(id: ServiceId) -> Item {
    Item::from([(services::ID.to_owned(), number(id))])
}
