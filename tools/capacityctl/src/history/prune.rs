//! `history prune`: deletes the changes of a service that are no longer needed to tell its status since a time.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use aws_sdk_dynamodb::{
    Client, error::SdkError, operation::delete_item::DeleteItemError, types::AttributeValue,
};
use clap::ArgGroup;
use serde::Serialize;
use shared::{
    domain::{ServiceId, Timestamp},
    http::Clock,
    store::keys::{MAX_VERSION, history, history_key, services},
};

use crate::{
    Error, Output, ValidationError,
    arguments::time,
    concurrency::{MAX_ATTEMPTS, RETRY_DELAY, run_all},
    controls::Controls,
    progress::Progress,
    scan::{self, number, text},
    service,
    target::{SERVICES_TABLE, STATUS_HISTORY_TABLE, Target},
    validation::Location,
};

/// Younger changes stay: as long as the tables can be restored to a time (35 days), a restore is compared with history,
/// and the backup has the changes anyway. Idempotency keys need theirs for one day.
const KEPT_DAYS: u32 = 35;

/// The arguments of `history prune`.
#[derive(Clone, Debug, clap::Args)]
#[command(group = ArgGroup::new("services").args(["service", "all"]).required(true))]
pub(crate) struct Pruning {
    /// Keep what tells the status at this time and later; at least 35 days ago
    #[arg(long, value_name = "TIME", value_parser = time)]
    before: Timestamp,
    /// Only this service
    #[arg(long, value_name = "ID")]
    service: Option<ServiceId>,
    /// All services
    #[arg(long)]
    all: bool,
    /// Count the changes, delete nothing
    #[arg(long)]
    dry_run: bool,
}

/// The counts of a run, so far.
#[derive(Debug, Default)]
struct Counts {
    services: AtomicU64,
    old: AtomicU64,
    deleted: AtomicU64,
}

/// The counts of a run.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pruned {
    /// Services that were looked at.
    services: u64,
    /// Their changes that are not needed.
    old: u64,
    /// Those of them that are deleted.
    deleted: u64,
}

impl Counts {
    fn now(&self) -> Pruned {
        let [services, old, deleted] =
            [&self.services, &self.old, &self.deleted].map(|count| count.load(Relaxed));
        Pruned { services, old, deleted }
    }
}

impl fmt::Display for Pruned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { services, old, deleted } = self;
        write!(f, "{services} services, {old} old changes, {deleted} deleted")
    }
}

/// What a run does to each service.
#[derive(Clone, Debug)]
struct Run {
    client: Client,
    table: String,
    before: Timestamp,
    dry_run: bool,
    counts: Arc<Counts>,
}

/// Deletes the old changes of one service or of all. If it is interrupted, the next run deletes the rest.
pub(crate) async fn prune(
    target: &Target,
    pruning: Pruning,
    controls: &mut Controls,
) -> Result<Output, Error> {
    let Pruning { before, service, dry_run, .. } = pruning;
    check_age(before, Clock::system().now())?;
    let table = target.table(STATUS_HISTORY_TABLE)?.to_owned();
    let (client, progress) = (controls.client(target, &table), controls.progress.clone());
    let services = match service {
        Some(id) => vec![service::read(target, id).await?.id()],
        None => controls.unless_interrupted(all_services(target, &progress)).await?,
    };
    let run = Run { client, table, before, dry_run, counts: Arc::default() };
    progress.start_all("going through services", services.len());
    let requests = services.into_iter().map(|id| run.clone().service(id));
    let finished = run_all(requests, &progress, &mut controls.interrupt).await;
    let (pruned, place) = (run.counts.now(), target.place());
    finished.map_err(|source| Error::PartialPruning {
        deleted: pruned.deleted,
        source: source.into(),
    })?;
    let what = if dry_run { "dry run: nothing was deleted from" } else { "deleted from" };
    Ok(Output::new(format!("{pruned}\n{what} table {} {place}", run.table), &pruned))
}

/// Changes that updates, their repeats and restores may still look for must stay.
fn check_age(before: Timestamp, now: Timestamp) -> Result<(), ValidationError> {
    let latest = now.minus_seconds(KEPT_DAYS * 24 * 60 * 60);
    if before <= latest {
        return Ok(());
    }
    let text = format!("must be at least {KEPT_DAYS} days ago, so {latest} or earlier");
    Err(ValidationError::new(Location::Argument("--before"), text))
}

async fn all_services(target: &Target, progress: &Progress) -> Result<Vec<ServiceId>, Error> {
    let table = target.table(SERVICES_TABLE)?;
    let items =
        scan::items_with_progress(target.client(), table, &[services::ID], progress).await?;
    Ok(items.iter().filter_map(|item| number(item, services::ID)).collect())
}

impl Run {
    /// Deletes the old changes of a service, the oldest first: whatever stops this, what is left has no gap.
    async fn service(self, id: ServiceId) -> Result<(), Error> {
        let old = self.old_changes(id).await?;
        self.counts.services.fetch_add(1, Relaxed);
        self.counts.old.fetch_add(old.len() as u64, Relaxed);
        if !self.dry_run {
            for at in old.into_iter().rev() {
                self.delete(id, at).await?;
                self.counts.deleted.fetch_add(1, Relaxed);
            }
        }
        Ok(())
    }

    /// The sort keys of the changes before the one that tells the status at the time, newest first. So the newest
    /// change of a service is never among them.
    async fn old_changes(&self, id: ServiceId) -> Result<Vec<String>, Error> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .key_condition_expression("#service = :service AND #at <= :before")
            .projection_expression("#at")
            .expression_attribute_names("#service", history::SERVICE_ID)
            .expression_attribute_names("#at", history::AT)
            .expression_attribute_values(":service", AttributeValue::N(id.to_string()))
            .expression_attribute_values(
                ":before",
                AttributeValue::S(history_key(self.before, MAX_VERSION)),
            )
            .into_paginator()
            .items()
            .send();
        let mut changes = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| Error::store(&self.table, error))?;
            changes.extend(text(&item, history::AT));
        }
        Ok(changes.split_off(changes.len().min(1)))
    }

    async fn delete(&self, id: ServiceId, at: String) -> Result<(), Error> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(history::SERVICE_ID, AttributeValue::N(id.to_string()))
            .key(history::AT, AttributeValue::S(at));
        for _ in 0..MAX_ATTEMPTS {
            match request.clone().send().await.map_err(SdkError::into_service_error) {
                Ok(_) => return Ok(()),
                // Somebody redacts the change.
                Err(DeleteItemError::TransactionConflictException(_)) => {
                    tokio::time::sleep(RETRY_DELAY).await;
                }
                Err(error) => return Err(Error::store(&self.table, error)),
            }
        }
        Err(Error::ConcurrentModification { table: self.table.clone() })
    }
}
