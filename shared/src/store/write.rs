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
    attribute::{number, text},
    history_item::history_item,
    keys::{history, reset_shard, services},
    read::service_key,
};
use crate::{
    config::Environment,
    domain::{Grant, StatusRecord, Timestamp, Transition},
};

/// What became of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is stored, with its history.
    Stored,
    /// The service is not any more as the transition saw it, or somebody is writing to it: nothing
    /// was stored.
    SomebodyWroteFirst,
}

/// Writes statuses. There is no other way to change one, and none to change history.
#[derive(Clone, Debug)]
pub struct Writer {
    client: Client,
    services_table: String,
    history_table: String,
}

impl Writer {
    /// Reads `SERVICES_TABLE` and `STATUS_HISTORY_TABLE`.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let services_table = environment.required("SERVICES_TABLE");
        let history_table = environment.required("STATUS_HISTORY_TABLE");
        Some(Self {
            client: client.clone(),
            services_table: services_table?,
            history_table: history_table?,
        })
    }

    /// Stores a transition of the granted service, if the service still is as the grant and the
    /// transition saw it: active, in the same place of the hierarchy, on the same version.
    ///
    /// # Errors
    /// The store failed; whether anything was stored is not known.
    pub async fn apply(
        &self,
        grant: &Grant,
        transition: &Transition,
        now: Timestamp,
        request_id: &str,
    ) -> Result<Applied, StoreFault> {
        let update = self.update(grant, transition)?;
        let mut writes = vec![TransactWriteItem::builder().update(update).build()];
        for change in &transition.changes {
            let item = history_item(grant.lineage().own(), change, now, request_id)?;
            let put = Put::builder()
                .table_name(&self.history_table)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(#at)")
                .expression_attribute_names("#at", history::AT)
                .build()
                .map_err(StoreFault::unbuildable)?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        // The SDK resends a request whose answer was lost: the token makes that one application.
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .client_request_token(Uuid::new_v4().to_string())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Applied::Stored),
            Err(error) if lost_to_another(&error) => Ok(Applied::SomebodyWroteFirst),
            Err(error) => Err(StoreFault::unavailable(error)),
        }
    }

    fn update(&self, grant: &Grant, transition: &Transition) -> Result<Update, StoreFault> {
        let lineage = grant.lineage();
        let StatusRecord { version, status, modified } = &transition.after;
        let mut set = vec![
            (services::VERSION, number(version)),
            (services::STATUS, text(status.rag().to_string())),
        ];
        let mut remove = Vec::new();
        match status.reset_at() {
            Some(deadline) => set.extend([
                (services::RESET_DATE_TIME, number(deadline.epoch_seconds())),
                (services::RESET_SHARD, number(reset_shard(lineage.own()))),
            ]),
            None => remove.extend([services::RESET_DATE_TIME, services::RESET_SHARD]),
        }
        if let Some(last) = modified {
            set.push((services::MODIFIED_DATE, number(last.at.epoch_seconds())));
            set.push((services::MODIFIED_BY, text(last.by.clone())));
            match &last.notes {
                Some(notes) => set.push((services::NOTES, text(notes.clone()))),
                None => remove.push(services::NOTES),
            }
        }
        let unchanged = match transition.from_version {
            0 => "attribute_not_exists(#version)",
            _ => "#version = :seen",
        };
        let mut update = Update::builder()
            .table_name(&self.services_table)
            .set_key(Some(service_key(lineage.own())))
            .update_expression(expression(&set, &remove))
            .condition_expression(format!("{unchanged} AND #active = :active AND #path = :path"))
            .expression_attribute_names("#active", services::ACTIVE)
            .expression_attribute_names("#path", services::PATH)
            .expression_attribute_values(":active", AttributeValue::Bool(true))
            .expression_attribute_values(":path", text(lineage.to_string()));
        if transition.from_version > 0 {
            update = update.expression_attribute_values(":seen", number(transition.from_version));
        }
        for name in set.iter().map(|(name, _)| *name).chain(remove) {
            update = update.expression_attribute_names(format!("#{name}"), name);
        }
        for (name, value) in set {
            update = update.expression_attribute_values(format!(":{name}"), value);
        }
        update.build().map_err(StoreFault::unbuildable)
    }
}

fn expression(set: &[(&str, AttributeValue)], remove: &[&str]) -> String {
    let set: Vec<_> = set.iter().map(|(name, _)| format!("#{name} = :{name}")).collect();
    let remove: Vec<_> = remove.iter().map(|name| format!("#{name}")).collect();
    if remove.is_empty() {
        format!("SET {}", set.join(", "))
    } else {
        format!("SET {} REMOVE {}", set.join(", "), remove.join(", "))
    }
}

/// Whether the transaction was refused because of another writer, and certainly not applied.
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
