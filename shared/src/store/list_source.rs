//! One read of a list: what to ask DynamoDB, and what it answered.

use aws_sdk_dynamodb::{
    operation::query::builders::QueryFluentBuilder, types::ReturnConsumedCapacity,
};

use super::{
    ListPosition, PendingResetKey, ServiceFilter, ServicesTable, StoreFault, UnreadableRow,
    attribute::{Item, KeyNumber, number, text},
    keys::{RESET_SHARDS, services},
    list_caller::ListCaller,
    list_position::HierarchyKey,
    read::consumed_units,
};
use crate::domain::{HierarchyPath, ServiceId, Timestamp};

/// Where one read of a list is made.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// The table, after this row.
    Table(Option<KeyNumber>),
    /// A subtree by the index `hierarchy`, after this entry; of an assigned service if the list goes by the caller's
    /// assignments.
    Subtree { top: HierarchyPath, assigned: Option<ServiceId>, after: Option<HierarchyKey> },
    /// A shard of the index `pending-reset`, after this entry.
    Shard { shard: u64, assigned: Option<ServiceId>, after: Option<PendingResetKey> },
}

/// The deadlines of the AMBER and RED services that a list has, in seconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadlines {
    first: i64,
    /// Without it there is no last one.
    last: Option<i64>,
}

/// What a read returned: rows of the table, or entries of an index.
#[derive(Debug)]
pub struct Batch {
    pub(super) source: Source,
    pub(super) items: Vec<Item>,
    /// The key of the last item that was read, unless it was the source's last.
    pub(super) last_key: Option<Item>,
    pub(super) units: f64,
}

impl ServicesTable {
    /// Reads at most `count` items.
    ///
    /// # Errors
    /// The store failed.
    pub(super) async fn read(
        &self,
        source: Source,
        count: usize,
        deadlines: Deadlines,
    ) -> Result<Batch, StoreFault> {
        let limit = i32::try_from(count).unwrap_or(i32::MAX);
        let total = ReturnConsumedCapacity::Total;
        let query = match &source {
            Source::Table(after) => {
                let start =
                    after.as_ref().map(|id| Item::from([(services::ID.to_owned(), id.value())]));
                let scan = self.scan().limit(limit).set_exclusive_start_key(start);
                let answer = scan.return_consumed_capacity(total).send().await;
                let answer = answer.map_err(StoreFault::unavailable)?;
                return Ok(Batch {
                    source,
                    items: answer.items.unwrap_or_default(),
                    last_key: answer.last_evaluated_key,
                    units: consumed_units(&answer.consumed_capacity),
                });
            }
            Source::Subtree { top, after, .. } => self.subtree(top, after.as_ref()),
            Source::Shard { shard, after, .. } => self.shard(*shard, after.as_ref(), deadlines),
        };
        let answer = query.limit(limit).return_consumed_capacity(total).send().await;
        let answer = answer.map_err(StoreFault::unavailable)?;
        Ok(Batch {
            source,
            items: answer.items.unwrap_or_default(),
            last_key: answer.last_evaluated_key,
            units: consumed_units(&answer.consumed_capacity),
        })
    }

    pub(super) fn subtree(
        &self,
        top: &HierarchyPath,
        after: Option<&HierarchyKey>,
    ) -> QueryFluentBuilder {
        self.query(services::HIERARCHY)
            .key_condition_expression("#region = :region AND begins_with(#path, :top)")
            .expression_attribute_names("#region", services::REGION)
            .expression_attribute_names("#path", services::PATH)
            .expression_attribute_values(":region", number(top.root()))
            .expression_attribute_values(":top", text(top.to_string()))
            .set_exclusive_start_key(after.map(|after| after.in_region(top.root())))
    }

    fn shard(
        &self,
        shard: u64,
        after: Option<&PendingResetKey>,
        deadlines: Deadlines,
    ) -> QueryFluentBuilder {
        // DynamoDB refuses a start key outside of the condition. If the entry has come due since the last page,
        // the query begins at the right entry without one.
        let start = after.filter(|after| deadlines.contain(after));
        let query = self
            .query(services::PENDING_RESET)
            .expression_attribute_names("#shard", services::RESET_SHARD)
            .expression_attribute_names("#deadline", services::RESET_DATE_TIME)
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":first", number(deadlines.first))
            .set_exclusive_start_key(start.map(|after| after.in_shard(shard)));
        match deadlines.last {
            None => query.key_condition_expression("#shard = :shard AND #deadline >= :first"),
            Some(last) => query
                .key_condition_expression("#shard = :shard AND #deadline BETWEEN :first AND :last")
                .expression_attribute_values(":last", number(last)),
        }
    }
}

impl Deadlines {
    /// Those that a list has at `now`.
    pub(super) fn of(filter: &ServiceFilter, now: Timestamp) -> Self {
        let last = filter.reset_before.map(Timestamp::epoch_seconds);
        Self { first: now.epoch_seconds() + 1, last }
    }

    fn contain(self, key: &PendingResetKey) -> bool {
        !key.is_before(self.first) && self.last.is_none_or(|last| !key.is_after(last))
    }
}

impl Source {
    /// The position after an item of this source.
    ///
    /// # Errors
    /// DynamoDB returned a key without the key's attributes, or a number longer than it allows.
    pub(super) fn after(&self, item: &Item) -> Result<ListPosition, StoreFault> {
        let position = match *self {
            Self::Table(_) => KeyNumber::of_item(item, services::ID).map(ListPosition::Table),
            Self::Subtree { assigned, .. } => {
                HierarchyKey::of_item(item).map(|after| ListPosition::Hierarchy(assigned, after))
            }
            Self::Shard { shard, assigned, .. } => PendingResetKey::of_item(item)
                .map(|after| ListPosition::PendingResets { assigned, shard, after: Some(after) }),
        };
        position.ok_or_else(|| UnreadableRow::of_item(item).into())
    }

    /// Where a list goes on after this source: in the next shard, or in the next assigned subtree.
    pub(super) fn next(&self, caller: &ListCaller<'_>) -> Option<ListPosition> {
        match *self {
            Self::Table(_) => None,
            Self::Subtree { assigned, .. } => {
                caller.assigned_after(assigned?).map(ListPosition::Assigned)
            }
            Self::Shard { shard, assigned, .. } => {
                let shard = Some(shard + 1).filter(|shard| *shard < RESET_SHARDS)?;
                Some(ListPosition::PendingResets { assigned, shard, after: None })
            }
        }
    }

    /// Whether the list had a service before, in the subtree of an assigned service.
    pub(super) fn comes_after(&self, path: &HierarchyPath, caller: &ListCaller<'_>) -> bool {
        matches!(*self, Self::Shard { assigned: Some(first), .. }
            if caller.outermost_assigned(path) < Some(first))
    }
}
