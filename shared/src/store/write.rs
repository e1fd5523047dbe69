//! Storing a change of status with its history entries, in one transaction.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Put, TransactWriteItem, Update},
};
use uuid::Uuid;

use super::{
    StoreFault,
    attribute::text,
    expression::{attributes, expression, on_condition},
    history_item::{Recorded, history_item, row_key},
    keys::{history, history_key},
    read::service_key,
};
use crate::{
    config::Environment,
    domain::{Change, ServiceId, Transition},
};

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is stored, with its history.
    Stored,
    /// The service is not any more as the transaction supposes, or somebody is writing to it: this
    /// time nothing was stored.
    Cancelled,
}

/// A transition as it is sent, as often as need be: sent twice, it is applied once.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The stored version that it builds on.
    pub from_version: u64,
    service: ServiceId,
    /// Where the last of its changes stands in history, once it is applied.
    at: String,
    /// That change.
    change_id: Uuid,
    /// DynamoDB applies one token once, for ten minutes.
    token: Uuid,
    writes: Vec<TransactWriteItem>,
}

impl Transaction {
    /// Where the last of its changes stands in history.
    pub(super) fn place(&self) -> &str {
        &self.at
    }

    /// Has the transaction put one more row.
    pub(super) fn with(mut self, put: Put) -> Self {
        self.writes.push(TransactWriteItem::builder().put(put).build());
        self
    }
}

/// Writes statuses. There is no other way to change one, and none to change history.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    client: Client,
    services_table: String,
    history_table: String,
}

impl Writer {
    /// Reads `SERVICES_TABLE` and `STATUS_HISTORY_TABLE`.
    pub(super) fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let services_table = environment.required("SERVICES_TABLE");
        let history_table = environment.required("STATUS_HISTORY_TABLE");
        Some(Self {
            client: client.clone(),
            services_table: services_table?,
            history_table: history_table?,
        })
    }

    /// The transaction that stores a transition of that service, if it still is on the version that
    /// the transition builds on and these attributes have these values.
    ///
    /// # Errors
    /// [`StoreFault::Unbuildable`].
    pub(super) fn transaction(
        &self,
        service: ServiceId,
        transition: &Transition,
        still: Vec<(&'static str, AttributeValue)>,
        recorded: Recorded<'_>,
    ) -> Result<Transaction, StoreFault> {
        let update = self.update(service, transition, still)?;
        let mut transaction = Transaction {
            from_version: transition.from_version,
            service,
            at: String::new(),
            change_id: Uuid::nil(),
            token: Uuid::new_v4(),
            writes: vec![TransactWriteItem::builder().update(update).build()],
        };
        for change in &transition.changes {
            transaction.at = history_key(change.at, change.version);
            transaction.change_id = Uuid::new_v4();
            let put = self.history_put(service, change, transaction.change_id, recorded)?;
            transaction = transaction.with(put);
        }
        Ok(transaction)
    }

    /// Sends a transaction, perhaps not for the first time.
    ///
    /// # Errors
    /// The store failed; whether anything was stored is not known.
    pub(super) async fn send(&self, transaction: &Transaction) -> Result<Applied, StoreFault> {
        // The SDK resends a request whose answer was lost: the token makes that one application.
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(transaction.writes.clone()))
            .client_request_token(transaction.token.to_string())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Applied::Stored),
            Err(error) if lost_to_another(&error) => Ok(Applied::Cancelled),
            Err(error) => Err(StoreFault::unavailable(error)),
        }
    }

    /// Whether history has the transaction's own change: it was applied although it was cancelled
    /// when it was sent again.
    ///
    /// The answer is final once the service is seen on another version than the transaction builds on.
    ///
    /// # Errors
    /// The store failed.
    pub(super) async fn has_applied(&self, transaction: &Transaction) -> Result<bool, StoreFault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.history_table)
            .set_key(Some(row_key(transaction.service, &transaction.at)))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let own = text(transaction.change_id.to_string());
        Ok(answer.item.is_some_and(|row| row.get(history::CHANGE_ID) == Some(&own)))
    }

    fn history_put(
        &self,
        service: ServiceId,
        change: &Change,
        change_id: Uuid,
        recorded: Recorded<'_>,
    ) -> Result<Put, StoreFault> {
        Put::builder()
            .table_name(&self.history_table)
            .set_item(Some(history_item(service, change, change_id, recorded)?))
            .condition_expression("attribute_not_exists(#at)")
            .expression_attribute_names("#at", history::AT)
            .build()
            .map_err(StoreFault::unbuildable)
    }

    fn update(
        &self,
        service: ServiceId,
        transition: &Transition,
        still: Vec<(&'static str, AttributeValue)>,
    ) -> Result<Update, StoreFault> {
        let (set, remove) = attributes(service, &transition.after);
        let mut update = Update::builder()
            .table_name(&self.services_table)
            .set_key(Some(service_key(service)))
            .update_expression(expression(&set, &remove));
        for name in set.iter().map(|(name, _)| *name).chain(remove) {
            update = update.expression_attribute_names(["#", name].concat(), name);
        }
        for (name, value) in set {
            update = update.expression_attribute_values([":", name].concat(), value);
        }
        on_condition(update, transition.from_version, still)
            .build()
            .map_err(StoreFault::unbuildable)
    }
}

/// Whether the transaction was refused because of another writer.
fn lost_to_another(error: &SdkError<TransactWriteItemsError>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
        error.as_service_error()
    else {
        return false;
    };
    canceled.cancellation_reasons().iter().any(|reason| {
        matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict"))
    })
}
