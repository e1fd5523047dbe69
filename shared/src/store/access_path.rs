//! The access paths of a list: the table or one of its indexes, and the query of each.

use aws_sdk_dynamodb::{
    operation::query::builders::QueryFluentBuilder, types::ReturnConsumedCapacity,
};

use super::{
    ListPosition, PendingReset, ServiceFilter, ServicesTable, StoreFault,
    attribute::{Item, number, text},
    keys::{RESET_SHARDS, services},
    service_item::{parse_service, service_id},
    services_table::service_key,
};
use crate::domain::{HierarchyPath, Service, Timestamp};

/// How many items of an index one query reads if the filter excludes some by what the index projects.
const INDEX_LIMIT: usize = 100;

/// How a list reads its services.
pub(super) enum AccessPath {
    /// A scan of the table.
    Table,
    /// Subtrees of the hierarchy, none within another, ordered by path: by the index `hierarchy`.
    Subtrees(Vec<HierarchyPath>),
    /// What is AMBER or RED: by the index `pending-reset`.
    PendingResets,
}

/// What one query returned, whether it matches the filter or not.
pub(super) struct Batch {
    pub(super) services: Vec<Service>,
    /// Where to read on; `None` at the end.
    pub(super) next: Option<ListPosition>,
    /// How much of the table was scanned, in read units.
    pub(super) scanned_units: f64,
}

/// One query on an access path.
pub(super) struct BatchQuery<'a> {
    pub(super) table: &'a ServicesTable,
    pub(super) from: Option<&'a ListPosition>,
    /// The most services to read from the table.
    pub(super) count: usize,
    pub(super) filter: &'a ServiceFilter,
    pub(super) now: Timestamp,
}

impl AccessPath {
    /// Whether a page on this path can start there.
    pub(super) const fn contains(&self, position: &ListPosition) -> bool {
        matches!(
            (self, position),
            (Self::Table, ListPosition::Table(_))
                | (Self::Subtrees(_), ListPosition::Hierarchy(_) | ListPosition::Subtree(_))
                | (Self::PendingResets, ListPosition::PendingReset(..))
        )
    }

    /// Reads the next services.
    ///
    /// # Errors
    /// The store failed, or a row cannot be read.
    pub(super) async fn fetch(&self, query: BatchQuery<'_>) -> Result<Batch, StoreFault> {
        match self {
            Self::Table => query.scan().await,
            Self::Subtrees(subtrees) => query.subtree(subtrees).await,
            Self::PendingResets => query.pending_resets().await,
        }
    }
}

impl BatchQuery<'_> {
    async fn scan(self) -> Result<Batch, StoreFault> {
        let start = match self.from {
            Some(ListPosition::Table(id)) => Some(service_key(*id)),
            _ => None,
        };
        let answer = self
            .table
            .scan()
            .limit(limit(self.count))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let units = answer.consumed_capacity.and_then(|consumed| consumed.capacity_units);
        let items = answer.items.unwrap_or_default();
        let services = items.into_iter().map(parse_service).collect::<Result<_, _>>()?;
        let next = answer.last_evaluated_key.as_ref();
        let next = next.map(|last| service_id(last).ok_or_else(|| unreadable(last))).transpose()?;
        let next = next.map(ListPosition::Table);
        Ok(Batch { services, next, scanned_units: units.unwrap_or_default() })
    }

    async fn subtree(self, subtrees: &[HierarchyPath]) -> Result<Batch, StoreFault> {
        let (at, after) = match self.from {
            Some(ListPosition::Hierarchy(at)) => (at.to_string(), Some(at)),
            Some(ListPosition::Subtree(top)) => (top.to_string(), None),
            _ => (String::new(), None),
        };
        // Subtrees before the position are finished, unless the position is in them.
        let mut left = subtrees.iter().skip_while(|top| {
            let top = top.to_string();
            top < at && !at.starts_with(&top)
        });
        let Some(top) = left.next() else {
            return Ok(Batch { services: Vec::new(), next: None, scanned_units: 0.0 });
        };
        // DynamoDB refuses a start key outside of the condition.
        let start = after.filter(|_| at.starts_with(&top.to_string())).map(|at| {
            let mut key = service_key(at.id());
            key.insert(services::REGION.to_owned(), number(at.root()));
            key.insert(services::PATH.to_owned(), text(at.to_string()));
            key
        });
        let query = self
            .query(services::HIERARCHY, self.filter.has_projected_filter())
            .key_condition_expression("#region = :region AND begins_with(#path, :top)")
            .expression_attribute_names("#region", services::REGION)
            .expression_attribute_names("#path", services::PATH)
            .expression_attribute_values(":region", number(top.root()))
            .expression_attribute_values(":top", text(top.to_string()))
            .set_exclusive_start_key(start);
        let position = |item: &Item| {
            let path = item.get(services::PATH)?.as_s().ok()?;
            HierarchyPath::parse(path).map(ListPosition::Hierarchy)
        };
        let batch = self.read_index(query, position).await?;
        let following = left.next().cloned().map(ListPosition::Subtree);
        Ok(Batch { next: batch.next.or(following), ..batch })
    }

    async fn pending_resets(self) -> Result<Batch, StoreFault> {
        let (shard, after) = match self.from {
            Some(ListPosition::PendingReset(shard, after)) => (*shard, *after),
            _ => (0, None),
        };
        // If the start entry has come due since the last page, it is outside of the condition. Without a
        // start key the query then begins at the right entry.
        let start = after.filter(|after| after.deadline > self.now).map(PendingReset::key);
        let by_region = self.filter.region.is_some();
        let query = self
            .query(services::PENDING_RESET, self.filter.has_projected_filter() || by_region)
            .key_condition_expression("#shard = :shard AND #deadline > :now")
            .expression_attribute_names("#shard", services::RESET_SHARD)
            .expression_attribute_names("#deadline", services::RESET_DATE_TIME)
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":now", number(self.now.epoch_seconds()))
            .set_exclusive_start_key(start);
        let position = |item: &Item| {
            Some(ListPosition::PendingReset(shard, Some(PendingReset::of_item(item)?)))
        };
        let batch = self.read_index(query, position).await?;
        let next_shard =
            (shard + 1 < RESET_SHARDS).then(|| ListPosition::PendingReset(shard + 1, None));
        Ok(Batch { next: batch.next.or(next_shard), ..batch })
    }

    /// Index items are cheap to read, so a query reads more of them if the filter excludes some.
    fn query(&self, index: &str, excludes: bool) -> QueryFluentBuilder {
        self.table.query(index).limit(limit(if excludes { INDEX_LIMIT } else { self.count }))
    }

    /// Queries an index, then reads from the table the services that the filter does not exclude.
    async fn read_index(
        &self,
        query: QueryFluentBuilder,
        position: impl Fn(&Item) -> Option<ListPosition>,
    ) -> Result<Batch, StoreFault> {
        let answer = query.send().await.map_err(StoreFault::unavailable)?;
        let items = answer.items.unwrap_or_default();
        let position = |item: &Item| position(item).ok_or_else(|| unreadable(item));
        let mut candidates = items.iter().filter(|item| self.filter.may_match(item));
        let taken: Vec<&Item> = candidates.by_ref().take(self.count).collect();
        let ids = taken.iter().map(|item| service_id(item).ok_or_else(|| unreadable(item)));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        let services = self.table.services(&ids).await?;
        // The next page queries the remaining candidates again.
        let has_more = candidates.next().is_some();
        let last = taken.into_iter().next_back().filter(|_| has_more);
        let next = last.or(answer.last_evaluated_key.as_ref()).map(position).transpose()?;
        Ok(Batch { services, next, scanned_units: 0.0 })
    }
}

fn unreadable(item: &Item) -> StoreFault {
    StoreFault::Unreadable(format!("service {:?}", service_id(item)))
}

fn limit(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
