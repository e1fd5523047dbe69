//! The ways through the data that a list can take, and the queries of each.

use aws_sdk_dynamodb::{
    Client,
    operation::{query::builders::QueryFluentBuilder, scan::builders::ScanFluentBuilder},
    types::AttributeValue,
};

use super::{
    Position, StoreFault,
    attribute::{Item, number, text},
    keys::{RESET_SHARDS, reset_shard, services},
    read::{service_key, services_by_id},
    service_item::service,
};
use crate::domain::{Lineage, Service, ServiceId, Timestamp};

/// A way through the data.
pub(super) enum Walk {
    /// The whole table.
    Table,
    /// A service and what is below it, in the index `hierarchy`.
    Below(Lineage),
    /// What is AMBER or RED, in the index `pending-reset`.
    Pending,
}

/// What one read met, whether it matches the list or not.
pub(super) struct Chunk {
    pub(super) services: Vec<Service>,
    /// Where to read on; none at the end.
    pub(super) next: Option<Position>,
}

/// One read on a walk: from where, how far, and when.
pub(super) struct Step<'a> {
    pub(super) client: &'a Client,
    pub(super) table: &'a str,
    pub(super) from: Option<&'a Position>,
    pub(super) count: i32,
    pub(super) now: Timestamp,
}

impl Walk {
    /// Whether a page of this walk could start there. DynamoDB refuses a start outside of a query.
    pub(super) fn contains(&self, position: &Position) -> bool {
        match (self, position) {
            (Self::Table, Position::Table(_)) | (Self::Pending, Position::Pending(..)) => true,
            (Self::Below(top), Position::Hierarchy(at)) => {
                at.to_string().starts_with(&top.to_string())
            }
            (Self::Table | Self::Below(_) | Self::Pending, _) => false,
        }
    }

    /// Reads on.
    ///
    /// # Errors
    /// The store failed.
    pub(super) async fn take(&self, step: Step<'_>) -> Result<Chunk, StoreFault> {
        match self {
            Self::Table => step.table().await,
            Self::Below(top) => step.below(top).await,
            Self::Pending => step.pending().await,
        }
    }
}

impl Step<'_> {
    async fn table(self) -> Result<Chunk, StoreFault> {
        let start = match self.from {
            Some(Position::Table(id)) => Some(service_key(*id)),
            _ => None,
        };
        let answer = self
            .scan()
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let items = answer.items.unwrap_or_default();
        let services = items.into_iter().map(service).collect::<Result<_, _>>()?;
        let next = answer.last_evaluated_key.as_ref().and_then(id).map(Position::Table);
        Ok(Chunk { services, next })
    }

    async fn below(self, top: &Lineage) -> Result<Chunk, StoreFault> {
        let start = match self.from {
            Some(Position::Hierarchy(at)) => {
                let (region, path) = (number(at.root()), text(at.to_string()));
                Some(key(at.own(), [(services::REGION, region), (services::PATH, path)]))
            }
            _ => None,
        };
        let query = self
            .query(services::HIERARCHY)
            .key_condition_expression("#region = :region AND begins_with(#path, :top)")
            .expression_attribute_names("#region", services::REGION)
            .expression_attribute_names("#path", services::PATH)
            .expression_attribute_values(":region", number(top.root()))
            .expression_attribute_values(":top", text(top.to_string()))
            .set_exclusive_start_key(start);
        self.index(query, |last| {
            let path = last.get(services::PATH)?.as_s().ok()?;
            Lineage::parse(path).map(Position::Hierarchy)
        })
        .await
    }

    async fn pending(self) -> Result<Chunk, StoreFault> {
        let (shard, after) = match self.from {
            Some(Position::Pending(shard, after)) => (*shard, *after),
            _ => (0, None),
        };
        // A start that has come due since the last page lies outside the condition, before all that
        // is still to come: without it the query begins at the right place.
        let start = after.filter(|(at, _)| *at > self.now).map(pending_key);
        let query = self
            .query(services::PENDING_RESET)
            .key_condition_expression("#shard = :shard AND #deadline > :now")
            .expression_attribute_names("#shard", services::RESET_SHARD)
            .expression_attribute_names("#deadline", services::RESET_DATE_TIME)
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":now", number(self.now.epoch_seconds()))
            .set_exclusive_start_key(start);
        let chunk = self
            .index(query, |last| Some(Position::Pending(shard, Some(pending_place(last)?))))
            .await?;
        let following = (shard + 1 < RESET_SHARDS).then(|| Position::Pending(shard + 1, None));
        Ok(Chunk { services: chunk.services, next: chunk.next.or(following) })
    }

    fn scan(&self) -> ScanFluentBuilder {
        self.client.scan().table_name(self.table).consistent_read(true).limit(self.count)
    }

    fn query(&self, index: &str) -> QueryFluentBuilder {
        self.client.query().table_name(self.table).index_name(index).limit(self.count)
    }

    /// Reads from the table what an index names.
    async fn index(
        &self,
        query: QueryFluentBuilder,
        position: impl Fn(&Item) -> Option<Position>,
    ) -> Result<Chunk, StoreFault> {
        let answer = query.send().await.map_err(StoreFault::unavailable)?;
        let ids: Vec<_> = answer.items.iter().flatten().filter_map(id).collect();
        let services = services_by_id(self.client, self.table, &ids).await?;
        Ok(Chunk { services, next: answer.last_evaluated_key.as_ref().and_then(position) })
    }
}

fn id(item: &Item) -> Option<ServiceId> {
    item.get(services::ID)?.as_n().ok()?.parse().ok()
}

/// A place in the index `pending-reset`: a deadline and the service that has it.
pub type Pending = (Timestamp, ServiceId);

/// That place as the index has it.
pub(super) fn pending_key((at, id): Pending) -> Item {
    let (shard, deadline) = (number(reset_shard(id)), number(at.epoch_seconds()));
    key(id, [(services::RESET_SHARD, shard), (services::RESET_DATE_TIME, deadline)])
}

/// The place of an item of the index.
pub(super) fn pending_place(item: &Item) -> Option<Pending> {
    let deadline = item.get(services::RESET_DATE_TIME)?.as_n().ok()?.parse().ok()?;
    Some((Timestamp::from_epoch_seconds(deadline)?, id(item)?))
}

/// A place in an index: the service's key, and its attributes that the index goes by.
fn key(id: ServiceId, place: [(&str, AttributeValue); 2]) -> Item {
    let mut key = service_key(id);
    key.extend(place.map(|(name, value)| (name.to_owned(), value)));
    key
}
