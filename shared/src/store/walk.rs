//! The ways through the data that a list can take, and the queries of each.

use aws_sdk_dynamodb::{
    Client,
    operation::query::builders::QueryFluentBuilder,
    types::{AttributeValue, ReturnConsumedCapacity},
};

use super::{
    Position, Selection, StoreFault,
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
    /// Services with everything below them, none within another, in the order of their paths: in the
    /// index `hierarchy`.
    Below(Vec<Lineage>),
    /// What is AMBER or RED, in the index `pending-reset`.
    Pending,
}

/// What one read met, whether it matches the list or not.
pub(super) struct Chunk {
    pub(super) services: Vec<Service>,
    /// Where to read on; none at the end.
    pub(super) next: Option<Position>,
    /// How much of the table was scanned, in capacity units.
    pub(super) scanned: f64,
}

/// One read on a walk: from where, how far, of what, and when.
pub(super) struct Step<'a> {
    pub(super) client: &'a Client,
    pub(super) table: &'a str,
    pub(super) from: Option<&'a Position>,
    /// The most services that are read from the table.
    pub(super) count: usize,
    /// What of a service an index shows has to match.
    pub(super) selection: &'a Selection,
    pub(super) now: Timestamp,
}

impl Walk {
    /// Whether a page of this walk could start there.
    pub(super) const fn contains(&self, position: &Position) -> bool {
        matches!(
            (self, position),
            (Self::Table, Position::Table(_))
                | (Self::Below(_), Position::Hierarchy(_) | Position::Top(_))
                | (Self::Pending, Position::Pending(..))
        )
    }

    /// Reads on.
    ///
    /// # Errors
    /// The store failed.
    pub(super) async fn take(&self, step: Step<'_>) -> Result<Chunk, StoreFault> {
        match self {
            Self::Table => step.table().await,
            Self::Below(tops) => step.below(tops).await,
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
            .client
            .scan()
            .table_name(self.table)
            .consistent_read(true)
            .limit(limit(self.count))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let scanned = answer.consumed_capacity.and_then(|consumed| consumed.capacity_units);
        let items = answer.items.unwrap_or_default();
        let services = items.into_iter().map(service).collect::<Result<_, _>>()?;
        let next = answer.last_evaluated_key.as_ref();
        let next = next.map(|last| id(last).ok_or_else(|| unreadable(last))).transpose()?;
        let next = next.map(Position::Table);
        Ok(Chunk { services, next, scanned: scanned.unwrap_or_default() })
    }

    async fn below(self, tops: &[Lineage]) -> Result<Chunk, StoreFault> {
        let (at, after) = match self.from {
            Some(Position::Hierarchy(at)) => (at.to_string(), Some(at)),
            Some(Position::Top(top)) => (top.to_string(), None),
            _ => (String::new(), None),
        };
        // What comes before the position and does not hold it has been walked.
        let mut left = tops.iter().skip_while(|top| {
            let top = top.to_string();
            top < at && !at.starts_with(&top)
        });
        let Some(top) = left.next() else {
            return Ok(Chunk { services: Vec::new(), next: None, scanned: 0.0 });
        };
        // DynamoDB refuses a start outside of the query.
        let start = after.filter(|_| at.starts_with(&top.to_string())).map(|at| {
            let (region, path) = (number(at.root()), text(at.to_string()));
            key(at.own(), [(services::REGION, region), (services::PATH, path)])
        });
        let query = self
            .query(services::HIERARCHY, self.selection.is_of_kind())
            .key_condition_expression("#region = :region AND begins_with(#path, :top)")
            .expression_attribute_names("#region", services::REGION)
            .expression_attribute_names("#path", services::PATH)
            .expression_attribute_values(":region", number(top.root()))
            .expression_attribute_values(":top", text(top.to_string()))
            .set_exclusive_start_key(start);
        let position = |item: &Item| {
            let path = item.get(services::PATH)?.as_s().ok()?;
            Lineage::parse(path).map(Position::Hierarchy)
        };
        let chunk = self.index(query, position).await?;
        let following = left.next().cloned().map(Position::Top);
        Ok(Chunk { next: chunk.next.or(following), ..chunk })
    }

    async fn pending(self) -> Result<Chunk, StoreFault> {
        let (shard, after) = match self.from {
            Some(Position::Pending(shard, after)) => (*shard, *after),
            _ => (0, None),
        };
        // A start that has come due since the last page lies outside the condition, before all that
        // is still to come: without it the query begins at the right place.
        let start = after.filter(|(at, _)| *at > self.now).map(pending_key);
        let elsewhere = self.selection.region.is_some();
        let query = self
            .query(services::PENDING_RESET, self.selection.is_of_kind() || elsewhere)
            .key_condition_expression("#shard = :shard AND #deadline > :now")
            .expression_attribute_names("#shard", services::RESET_SHARD)
            .expression_attribute_names("#deadline", services::RESET_DATE_TIME)
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":now", number(self.now.epoch_seconds()))
            .set_exclusive_start_key(start);
        let position = |item: &Item| Some(Position::Pending(shard, Some(pending_place(item)?)));
        let chunk = self.index(query, position).await?;
        let following = (shard + 1 < RESET_SHARDS).then(|| Position::Pending(shard + 1, None));
        Ok(Chunk { next: chunk.next.or(following), ..chunk })
    }

    /// What an index shows is cheap to read, so that more of it is read where it rules services out.
    fn query(&self, index: &str, rules_out: bool) -> QueryFluentBuilder {
        let count = if rules_out { INDEX_READ } else { self.count };
        self.client.query().table_name(self.table).index_name(index).limit(limit(count))
    }

    /// Reads from the table what an index names, as far as the index does not rule it out.
    async fn index(
        &self,
        query: QueryFluentBuilder,
        position: impl Fn(&Item) -> Option<Position>,
    ) -> Result<Chunk, StoreFault> {
        let answer = query.send().await.map_err(StoreFault::unavailable)?;
        let items = answer.items.unwrap_or_default();
        let position = |item: &Item| position(item).ok_or_else(|| unreadable(item));
        let mut named = items.iter().filter(|item| self.selection.may_match(item));
        let taken: Vec<&Item> = named.by_ref().take(self.count).collect();
        let ids = taken.iter().map(|item| id(item).ok_or_else(|| unreadable(item)));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        let services = services_by_id(self.client, self.table, &ids).await?;
        // What the index has shown beyond what was taken is read again by the next page.
        let is_cut = named.next().is_some();
        let last = taken.into_iter().next_back().filter(|_| is_cut);
        let next = last.or(answer.last_evaluated_key.as_ref()).map(position).transpose()?;
        Ok(Chunk { services, next, scanned: 0.0 })
    }
}

fn unreadable(item: &Item) -> StoreFault {
    StoreFault::Unreadable(format!("service {:?}", id(item)))
}

/// How many entries of an index one read takes in.
const INDEX_READ: usize = 100;

fn limit(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
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

fn id(item: &Item) -> Option<ServiceId> {
    item.get(services::ID)?.as_n().ok()?.parse().ok()
}

/// A place in an index: the service's key, and its attributes that the index goes by.
fn key(id: ServiceId, place: [(&str, AttributeValue); 2]) -> Item {
    let mut key = service_key(id);
    key.extend(place.map(|(name, value)| (name.to_owned(), value)));
    key
}
