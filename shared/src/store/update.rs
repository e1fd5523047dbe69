//! What an update reads and writes: one read of the caller, the service and the client's key, one
//! transaction.

use aws_sdk_dynamodb::{Client, types::AttributeValue};

use super::{
    Applied, Entry, Freshness, Named, Reader, Recorded, RepeatKey, StoreFault, Transaction, Use,
    attribute::text,
    history_item::{entry, row_key},
    keys::services,
    repeat,
    write::Writer,
};
use crate::{
    config::Environment,
    domain::{Grant, Service, ServiceId, Timestamp, Transition, User},
};

/// Reads what updates start from, and stores them.
#[derive(Clone, Debug)]
pub struct Updates {
    client: Client,
    reader: Reader,
    writer: Writer,
    history_table: String,
    idempotency_table: String,
}

/// What an update starts from: each part if there is one.
#[derive(Clone, Debug)]
pub struct Before {
    /// The caller.
    pub user: Option<User>,
    /// The service.
    pub service: Option<Service>,
    /// What the client's key was used for.
    pub used: Option<Use>,
}

impl Updates {
    /// Reads the names of all four tables.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let reader = Reader::read(environment, client);
        let writer = Writer::read(environment, client);
        let history_table = environment.required("STATUS_HISTORY_TABLE");
        let idempotency_table = environment.required("IDEMPOTENCY_TABLE");
        Some(Self {
            client: client.clone(),
            reader: reader?,
            writer: writer?,
            history_table: history_table?,
            idempotency_table: idempotency_table?,
        })
    }

    /// Reads the caller, the service, and what the client's key was used for, all strongly
    /// consistently.
    ///
    /// # Errors
    /// The store failed.
    pub async fn before(
        &self,
        subject: &str,
        id: Option<ServiceId>,
        key: Option<&RepeatKey>,
        now: Timestamp,
    ) -> Result<Before, StoreFault> {
        let key = key.map(|key| (self.idempotency_table.as_str(), key.row()));
        let found = self.reader.batch(subject, Freshness::Strong, id, key).await?;
        let used = found.other.map(|row| repeat::in_use(row, now)).transpose()?.flatten();
        Ok(Before { user: found.user, service: found.service, used })
    }

    /// The change that a key was used for.
    ///
    /// # Errors
    /// The store failed, or history lacks the change.
    pub async fn change(&self, service: ServiceId, used: &Use) -> Result<Entry, StoreFault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.history_table)
            .set_key(Some(row_key(service, &used.at)))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let missing =
            || StoreFault::Unreadable(format!("no change {} of service {service}", used.at));
        entry(answer.item.ok_or_else(missing)?)
    }

    /// The transaction that stores a transition of the granted service, if the service still is as
    /// the grant and the transition saw it: active, in the same place of the hierarchy, on the same
    /// version; and, if its client has named it, if the name is not in use.
    ///
    /// # Errors
    /// [`StoreFault::Unbuildable`].
    pub fn transaction(
        &self,
        grant: &Grant,
        transition: &Transition,
        named: Option<&Named>,
        recorded: Recorded<'_>,
    ) -> Result<Transaction, StoreFault> {
        let lineage = grant.lineage();
        let still = vec![
            (services::ACTIVE, AttributeValue::Bool(true)),
            (services::PATH, text(lineage.to_string())),
        ];
        let transaction = self.writer.transaction(lineage.own(), transition, still, recorded)?;
        let Some(named) = named else { return Ok(transaction) };
        let place = transaction.place().to_owned();
        Ok(transaction.with(repeat::put(&self.idempotency_table, named, place, recorded.at)?))
    }

    /// Sends a transaction, perhaps not for the first time.
    ///
    /// # Errors
    /// The store failed; whether anything was stored is not known.
    pub async fn send(&self, transaction: &Transaction) -> Result<Applied, StoreFault> {
        self.writer.send(transaction).await
    }

    /// Whether a cancelled transaction has been applied all the same, by a sending before: the answer
    /// is final once the service is seen on another version than the transaction builds on.
    ///
    /// # Errors
    /// The store failed.
    pub async fn has_applied(&self, transaction: &Transaction) -> Result<bool, StoreFault> {
        self.writer.has_applied(transaction).await
    }
}
