//! The table of services: directory details and the current status, with its two indexes.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::{
    Client,
    operation::{query::builders::QueryFluentBuilder, scan::builders::ScanFluentBuilder},
};

use super::{
    PendingResetKey, StoreFault, UnreadableRow,
    attribute::{Item, number},
    keys::services,
    read::{Row, batch_get_all},
    service_item::{parse_service, service_id},
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

/// A service whose reset is due, as the index has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueReset {
    /// When the service is GREEN again.
    pub deadline: Timestamp,
    /// The service.
    pub service: ServiceId,
}

/// Services whose reset is due, the earliest deadline first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueResets {
    /// The services and their deadlines.
    pub resets: Vec<DueReset>,
    /// Entries of the index without a service's id, or without a deadline that is a time.
    pub unreadable: Vec<UnreadableRow>,
    /// Where the next page starts; `None` at the end of the shard.
    pub next: Option<PendingResetKey>,
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
        Ok(answer.item.map(parse_service).transpose()?)
    }

    /// The services of these ids, in this order, each once; those that do not exist are left out. At
    /// most 100 ids, by one strongly consistent call.
    ///
    /// # Errors
    /// The store failed.
    pub async fn services(
        &self,
        ids: &[ServiceId],
    ) -> Result<Vec<Result<Service, UnreadableRow>>, StoreFault> {
        let (mut rows, _) = self.rows(ids).await?;
        Ok(ids.iter().filter_map(|id| rows.remove(id)).map(parse_service).collect())
    }

    /// The rows of these ids, and the read units that this took; as [`Self::services`].
    pub(super) async fn rows(
        &self,
        ids: &[ServiceId],
    ) -> Result<(HashMap<ServiceId, Item>, f64), StoreFault> {
        if ids.is_empty() {
            return Ok((HashMap::new(), 0.0));
        }
        // DynamoDB refuses a duplicate key, and an index can show a service twice while it moves in it.
        let unique: HashSet<ServiceId> = ids.iter().copied().collect();
        let keys = unique.into_iter().map(service_key).collect();
        let (items, units) = batch_get_all(&self.client, &self.name, keys).await?;
        let rows = items.into_iter().filter_map(|item| Some((service_id(&item)?, item)));
        Ok((rows.collect(), units))
    }

    /// The next services of a shard with a deadline at or before `by`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn due_resets(
        &self,
        shard: u64,
        after: Option<&PendingResetKey>,
        by: Timestamp,
    ) -> Result<DueResets, StoreFault> {
        // DynamoDB refuses a start key outside of the condition; the clock may have gone back.
        let by = by.epoch_seconds();
        let start = after.filter(|after| !after.is_after(by)).map(|after| after.in_shard(shard));
        let answer = self
            .query(services::PENDING_RESET)
            .key_condition_expression("#shard = :shard AND #deadline <= :by")
            .expression_attribute_names("#shard", services::RESET_SHARD)
            .expression_attribute_names("#deadline", services::RESET_DATE_TIME)
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":by", number(by))
            .set_exclusive_start_key(start)
            .limit(DUE_PAGE)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let (mut resets, mut unreadable) = (Vec::new(), Vec::new());
        for item in answer.items.iter().flatten() {
            match DueReset::of_item(item) {
                Some(due) => resets.push(due),
                None => unreadable.push(UnreadableRow::of_item(item)),
            }
        }
        let next = answer.last_evaluated_key.map(|last| {
            PendingResetKey::of_item(&last).ok_or_else(|| UnreadableRow::of_item(&last))
        });
        Ok(DueResets { resets, unreadable, next: next.transpose()? })
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

impl DueReset {
    /// The entry of an item of the index.
    fn of_item(item: &Item) -> Option<Self> {
        let deadline = item.get(services::RESET_DATE_TIME)?.as_n().ok()?.parse().ok()?;
        let deadline = Timestamp::from_epoch_seconds(deadline)?;
        Some(Self { deadline, service: service_id(item)? })
    }
}

/// The key of a service's row.
pub(super) fn service_key(id: ServiceId) -> Item {
    Item::from([(services::ID.to_owned(), number(id))])
}
