//! Making resets durable: what is due, and one service at a time.

use aws_sdk_dynamodb::Client;

use super::{
    Applied, Recorded, StoreFault,
    attribute::number,
    keys::services,
    read::service_key,
    service_item::service,
    walk::{Pending, pending_key, pending_place},
    write::Writer,
};
use crate::{
    config::Environment,
    domain::{Change, Directory, ServiceId, Timestamp},
};

/// How many services one query names.
const PAGE: i32 = 25;

/// Finds resets that are due, and settles them.
#[derive(Clone, Debug)]
pub struct Resets {
    client: Client,
    services_table: String,
    writer: Writer,
}

/// Services whose reset is due, the earliest deadline first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Each with its deadline, as the index has it.
    pub services: Vec<Pending>,
    /// After which one to go on; none at the end of the shard.
    pub next: Option<Pending>,
}

impl Resets {
    /// Reads `SERVICES_TABLE` and `STATUS_HISTORY_TABLE`.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let services_table = environment.required("SERVICES_TABLE");
        let writer = Writer::read(environment, client);
        let client = client.clone();
        Some(Self { client, services_table: services_table?, writer: writer? })
    }

    /// The next services of a shard whose deadline is `by` or before.
    ///
    /// # Errors
    /// The store failed.
    pub async fn due(
        &self,
        shard: u64,
        after: Option<Pending>,
        by: Timestamp,
    ) -> Result<Due, StoreFault> {
        // DynamoDB refuses a start outside of the condition; the clock may have gone back.
        let start = after.filter(|(at, _)| *at <= by).map(pending_key);
        let answer = self
            .client
            .query()
            .table_name(&self.services_table)
            .index_name(services::PENDING_RESET)
            .key_condition_expression("#shard = :shard AND #deadline <= :by")
            .expression_attribute_names("#shard", services::RESET_SHARD)
            .expression_attribute_names("#deadline", services::RESET_DATE_TIME)
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":by", number(by.epoch_seconds()))
            .set_exclusive_start_key(start)
            .limit(PAGE)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let services = answer.items.iter().flatten().filter_map(pending_place).collect();
        Ok(Due { services, next: answer.last_evaluated_key.as_ref().and_then(pending_place) })
    }

    /// Stores the reset of a service, if its deadline is `by` or before: on the version and deadline
    /// that are read first, so that it loses to any newer update. Answers the service and the change;
    /// `None` if somebody else has settled it, or is writing to the service right now.
    ///
    /// # Errors
    /// The store failed, or the service's row cannot be read.
    pub async fn settle(
        &self,
        id: ServiceId,
        by: Timestamp,
        recorded: Recorded<'_>,
    ) -> Result<Option<(Directory, Change)>, StoreFault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.services_table)
            .set_key(Some(service_key(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let service = answer.item.map(service).transpose()?;
        let due = service.and_then(|service| Some((service.record.settle(by)?, service)));
        let Some((transition, service)) = due else { return Ok(None) };
        let deadline = service.record.status.reset_at().map(|at| number(at.epoch_seconds()));
        let still = deadline.map(|deadline| (services::RESET_DATE_TIME, deadline));
        let still = still.into_iter().collect();
        let transaction = self.writer.transaction(id, &transition, still, recorded)?;
        let applied = self.writer.send(&transaction).await?;
        let reset = transition.changes.into_iter().next().filter(|_| applied == Applied::Stored);
        Ok(reset.map(|reset| (service.directory, reset)))
    }
}
