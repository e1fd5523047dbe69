//! What an update reads and writes: the caller, the service, its history and the idempotency key.

use aws_sdk_dynamodb::{Client, types::AttributeValue};

use super::{
    AuditContext, IdempotencyKey, IdempotencyRecord, IdempotencyTable, IdempotentRequest,
    ItemUpdate, RecordedChange, StatusTables, StoreFault, TableNames, Transaction, UsersTable,
    WriteOutcome,
    attribute::Item,
    history_item::parse_change,
    idempotency_table::parse_record,
    keys::services,
    read::{Consistency, batch_get, transact_get},
    service_item::parse_service,
    user_item::parse_user,
};
use crate::domain::{Grant, Service, ServiceDetails, ServiceId, StatusTransition, Timestamp, User};

/// The tables of an update.
#[derive(Clone, Debug)]
pub struct UpdateTables {
    client: Client,
    status: StatusTables,
    users: UsersTable,
    idempotency: IdempotencyTable,
}

/// Which rows an update starts from.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotKeys<'a> {
    /// The subject of the caller.
    pub subject: &'a str,
    /// The service.
    pub service: Option<ServiceId>,
    /// The idempotency key.
    pub idempotency: Option<&'a IdempotencyKey>,
}

/// What an update starts from; `None` for each row that does not exist.
#[derive(Clone, Debug)]
pub struct UpdateSnapshot {
    /// The caller.
    pub user: Option<User>,
    /// The service.
    pub service: Option<Service>,
    /// What the idempotency key was used for.
    pub idempotency: Option<IdempotencyRecord>,
}

/// What became of a transaction that was cancelled.
#[derive(Clone, Debug)]
pub enum AfterCancellation {
    /// An earlier attempt to send it was applied.
    Applied,
    /// It is not applied so far, and these are the rows now.
    NotApplied(Box<UpdateSnapshot>),
}

impl UpdateTables {
    /// The tables of these names.
    #[must_use]
    pub fn new(client: &Client, names: TableNames) -> Self {
        Self {
            client: client.clone(),
            status: StatusTables::new(client, names.services, names.status_history, names.changes),
            users: UsersTable::new(client, names.users),
            idempotency: IdempotencyTable::new(names.idempotency),
        }
    }

    /// Reads what an update starts from: the latest committed rows, but no snapshot of one moment. Of a
    /// transaction that is being applied it can show some rows and miss others.
    ///
    /// # Errors
    /// The store failed, or a row cannot be read.
    pub async fn read(
        &self,
        keys: SnapshotKeys<'_>,
        now: Timestamp,
    ) -> Result<UpdateSnapshot, StoreFault> {
        let rows = self.rows(keys).map(|row| (row, Consistency::Strong));
        let [user, service, record] = batch_get(&self.client, rows).await?;
        parse_snapshot(user, service, record, now)
    }

    /// Reads what an update starts from as of one moment.
    ///
    /// # Errors
    /// The store failed, or a row cannot be read.
    pub async fn read_isolated(
        &self,
        keys: SnapshotKeys<'_>,
        now: Timestamp,
    ) -> Result<UpdateSnapshot, StoreFault> {
        let [user, service, record] = transact_get(&self.client, self.rows(keys)).await?;
        parse_snapshot(user, service, record, now)
    }

    /// What became of a transaction that was cancelled: applied, if history has its change; otherwise the rows as
    /// [`read_isolated`](Self::read_isolated) reads them.
    ///
    /// If the service has another version than the transaction applies to, the answer is final: it cannot be
    /// applied any more.
    ///
    /// # Errors
    /// The store failed, or a row cannot be read.
    pub async fn read_after(
        &self,
        cancelled: &Transaction,
        keys: SnapshotKeys<'_>,
        now: Timestamp,
    ) -> Result<AfterCancellation, StoreFault> {
        let [user, service, record] = self.rows(keys);
        let change = Some(cancelled.change_row(&self.status.history));
        let rows = [user, service, record, change];
        let [user, service, record, change] = transact_get(&self.client, rows).await?;
        if cancelled.is_own_change(change.as_ref()) {
            return Ok(AfterCancellation::Applied);
        }
        let snapshot = parse_snapshot(user, service, record, now)?;
        Ok(AfterCancellation::NotApplied(Box::new(snapshot)))
    }

    /// The update that an idempotency key was used for, after the reset that was stored with it if any, once the
    /// whole transaction is applied: until then a reader may still see the service as it was before.
    ///
    /// # Errors
    /// The store failed, or history lacks the update.
    pub async fn recorded_changes(
        &self,
        service: ServiceId,
        key: &IdempotencyKey,
        record: &IdempotencyRecord,
    ) -> Result<(Option<RecordedChange>, RecordedChange), StoreFault> {
        let change = |at: &String| self.status.history.row(service, at.clone());
        let rows = [
            Some(self.status.services.row(service)),
            Some(self.idempotency.row(key)),
            record.reset.as_ref().map(change),
            Some(change(&record.at)),
        ];
        let [_, _, reset, update] = transact_get(&self.client, rows).await?;
        let missing =
            || StoreFault::Unreadable(format!("no change {} of service {service}", record.at));
        let update = parse_change(update.ok_or_else(missing)?)?;
        Ok((reset.map(parse_change).transpose()?, update))
    }

    /// The transaction that stores a transition of the granted service: only while the service is as the
    /// grant and the transition saw it (active, at the same place in the hierarchy, on the same version),
    /// and, with an idempotency key, only if the key is unused.
    ///
    /// # Errors
    /// [`StoreFault::InvalidRequest`].
    pub fn transaction(
        &self,
        grant: &Grant,
        service: &ServiceDetails,
        transition: &StatusTransition,
        request: Option<&IdempotentRequest>,
        audit: AuditContext<'_>,
    ) -> Result<Transaction, StoreFault> {
        let path = grant.path();
        let update = ItemUpdate::default().only_if(services::ACTIVE, AttributeValue::Bool(true));
        let transaction = self.status.transaction(path, transition, update, audit)?;
        let Some(request) = request else { return Ok(transaction) };
        let put = self.idempotency.put(request, service, &transaction, audit.at)?;
        Ok(transaction.with(put))
    }

    /// Sends a transaction, for the first time or again.
    ///
    /// # Errors
    /// The store failed: the transaction may or may not be stored.
    pub async fn send(&self, transaction: &Transaction) -> Result<WriteOutcome, StoreFault> {
        self.status.send(transaction).await
    }

    fn rows(&self, keys: SnapshotKeys<'_>) -> [Option<super::read::Row<'_>>; 3] {
        [
            Some(self.users.row(keys.subject)),
            keys.service.map(|id| self.status.services.row(id)),
            keys.idempotency.map(|key| self.idempotency.row(key)),
        ]
    }
}

fn parse_snapshot(
    user: Option<Item>,
    service: Option<Item>,
    record: Option<Item>,
    now: Timestamp,
) -> Result<UpdateSnapshot, StoreFault> {
    Ok(UpdateSnapshot {
        user: user.map(parse_user).transpose()?,
        service: service.map(parse_service).transpose()?,
        idempotency: record.map(|row| parse_record(row, now)).transpose()?.flatten(),
    })
}
