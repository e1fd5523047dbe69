//! Stores a change of status with its history entries, in one transaction.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{Put, TransactWriteItem, Update},
};
use uuid::Uuid;

use super::{
    AuditContext, Changed, Expressions, ItemUpdate, RecordedChange, ServicesTable,
    StatusHistoryTable, StoreFault,
    attribute::{Item, number, text},
    changes_table::put_change_row,
    history_item::put_change,
    keys::{history, reset_shard, services},
    read::Row,
    services_table::service_key,
};
use crate::domain::{
    Cause, Change, HierarchyPath, ServiceId, StatusRecord, StatusTransition, Timestamp,
};

/// The outcome of sending a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It is stored.
    Stored,
    /// A condition failed, or another transaction is writing to the same rows: this sending stored nothing.
    Cancelled,
}

/// A transaction that can be sent again: sent twice, it is applied once.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The stored version that it applies to.
    pub from_version: u64,
    /// Its changes, oldest first.
    pub changes: Vec<RecordedChange>,
    service: ServiceId,
    /// DynamoDB applies a transaction with the same token once within ten minutes.
    token: Uuid,
    writes: Vec<TransactWriteItem>,
}

impl Transaction {
    /// Adds one more row to store.
    pub(super) fn with(mut self, put: Put) -> Self {
        self.writes.push(TransactWriteItem::builder().put(put).build());
        self
    }

    /// The row of its last change.
    pub(super) fn change_row<'a>(&self, history: &'a StatusHistoryTable) -> Row<'a> {
        let at = self.changes.last().map(RecordedChange::key).unwrap_or_default();
        history.row(self.service, at)
    }

    /// Whether this row of history, read at the key of its last change, is that change.
    pub(super) fn is_own_change(&self, row: Option<&Item>) -> bool {
        let id = row.and_then(|row| row.get(history::CHANGE_ID)?.as_s().ok());
        self.changes.last().is_some_and(|own| id == Some(&own.id))
    }
}

/// The tables that hold a status and its history. There is no other way to change a status, and none here to
/// change history.
#[derive(Clone, Debug)]
pub struct StatusTables {
    client: Client,
    /// The services.
    pub services: ServicesTable,
    /// Their history.
    pub history: StatusHistoryTable,
    /// The name of the table of recent changes.
    changes: String,
}

impl StatusTables {
    /// The tables of these names.
    #[must_use]
    pub fn new(client: &Client, services: String, history: String, changes: String) -> Self {
        Self {
            client: client.clone(),
            services: ServicesTable::new(client, services),
            history: StatusHistoryTable::new(client, history),
            changes,
        }
    }

    /// The transaction that stores a reset of the service at this place: on the version and the deadline that it was
    /// computed from, so that it loses to any newer update, and while the service is there.
    ///
    /// # Errors
    /// [`StoreFault::InvalidRequest`].
    pub fn reset(
        &self,
        path: &HierarchyPath,
        transition: &StatusTransition,
        deadline: Timestamp,
        audit: AuditContext<'_>,
    ) -> Result<Transaction, StoreFault> {
        let update = ItemUpdate::default()
            .only_if(services::RESET_DATE_TIME, number(deadline.epoch_seconds()));
        self.transaction(path, transition, update, audit)
    }

    /// The transaction that stores a transition of the service at this place: while it is there, so that the row of the
    /// change is in the right region, on the version that it applies to, and on the conditions of `update`.
    ///
    /// # Errors
    /// [`StoreFault::InvalidRequest`].
    pub(super) fn transaction(
        &self,
        path: &HierarchyPath,
        transition: &StatusTransition,
        update: ItemUpdate,
        audit: AuditContext<'_>,
    ) -> Result<Transaction, StoreFault> {
        let service = path.id();
        let from_version = Some(transition.from_version).filter(|version| *version > 0);
        let update = match transition.changes.as_slice() {
            [Change { cause: Cause::Deadline, .. }] => set_deadline(update, &transition.after),
            _ => set_status(update, service, &transition.after),
        }
        .only_if(services::PATH, text(path.to_string()))
        .only_if(services::VERSION, from_version.map(number));
        let mut writes = vec![TransactWriteItem::builder().update(self.update(service, update)?)];
        let mut changes = Vec::with_capacity(transition.changes.len());
        for change in &transition.changes {
            let (id, change) = (Uuid::new_v4().to_string(), change.clone());
            let recorded = RecordedChange { id, change, recorded_at: audit.at };
            let put = put_change(self.history.name(), service, &recorded, audit)?;
            writes.push(TransactWriteItem::builder().put(put));
            changes.push(recorded);
        }
        let changed = Changed::Status(service, transition.after.version);
        let put = put_change_row(&self.changes, path.root(), changed, audit.at)?;
        writes.push(TransactWriteItem::builder().put(put));
        let writes = writes.into_iter().map(|write| write.build()).collect();
        let (from_version, token) = (transition.from_version, Uuid::new_v4());
        Ok(Transaction { from_version, changes, service, token, writes })
    }

    /// Sends a transaction, for the first time or again.
    ///
    /// # Errors
    /// The store failed: the transaction may or may not be stored.
    pub async fn send(&self, transaction: &Transaction) -> Result<WriteOutcome, StoreFault> {
        // The SDK sends again if an answer is lost; because of the token that is still one change.
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(transaction.writes.clone()))
            .client_request_token(transaction.token.to_string())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(WriteOutcome::Stored),
            Err(error) if is_cancelled_by_another(&error) => Ok(WriteOutcome::Cancelled),
            Err(error) => Err(StoreFault::unavailable(error)),
        }
    }

    fn update(&self, service: ServiceId, update: ItemUpdate) -> Result<Update, StoreFault> {
        let Expressions { update, condition, names, values } = update.build();
        Update::builder()
            .table_name(&self.services.name)
            .set_key(Some(service_key(service)))
            .update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .map_err(StoreFault::invalid_request)
    }
}

/// Sets the attributes of a record, and removes those that it does not have.
fn set_status(update: ItemUpdate, service: ServiceId, record: &StatusRecord) -> ItemUpdate {
    let shard = record.status.reset_at().map(|_| number(reset_shard(service)));
    let last = record.modified.as_ref();
    let reason = last.and_then(|last| last.reason.as_ref());
    set_deadline(update, record)
        .set(services::STATUS, text(record.status.rag().to_string()))
        .set(services::RESET_SHARD, shard)
        .set(services::NOTES, last.and_then(|last| last.notes.clone()).map(text))
        .set(services::REASON, reason.map(|reason| text(reason.as_str())))
}

/// Sets what moving a deadline changes: the function that does it may write nothing else.
fn set_deadline(update: ItemUpdate, record: &StatusRecord) -> ItemUpdate {
    let deadline = record.status.reset_at();
    let update = update
        .set(services::VERSION, number(record.version))
        .set(services::RESET_DATE_TIME, deadline.map(|at| number(at.epoch_seconds())));
    match &record.modified {
        None => update,
        Some(last) => update
            .set(services::MODIFIED_DATE, number(last.at.epoch_seconds()))
            .set(services::MODIFIED_BY, text(last.by.clone())),
    }
}

/// Whether another writer is the reason for the cancellation.
fn is_cancelled_by_another(error: &SdkError<TransactWriteItemsError>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
        error.as_service_error()
    else {
        return false;
    };
    canceled.cancellation_reasons().iter().any(|reason| {
        matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict"))
    })
}
