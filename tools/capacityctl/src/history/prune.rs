//! `history prune`: deletes the changes that are not needed to tell the status since a time.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use clap::ArgGroup;
use serde::Serialize;
use shared::{
    domain::{ServiceId, Timestamp},
    http::Clock,
    store::keys::services,
};

use super::old_changes::{History, OldChanges};
use crate::{
    Error, Output, ValidationError,
    arguments::time,
    audit::{Audit, Entry, Resource},
    concurrency::run_all,
    controls::Controls,
    progress::Progress,
    scan::{self, Item, number},
    service,
    target::{SERVICES_TABLE, STATUS_HISTORY_TABLE, Target},
    validation::Location,
};

/// Younger changes stay. Point-in-time recovery holds them for as long, and after a restore the tables are compared with
/// history. A repeat under an idempotency key needs its change for one day.
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

/// The result for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    table: &'a str,
    dry_run: bool,
    before: String,
    /// Services with changes to delete.
    services: usize,
    /// Changes to delete.
    changes: usize,
}

/// Deletes the old changes of one service or of all. If it is interrupted, the next run deletes the rest.
pub(crate) async fn prune(
    target: &Target,
    pruning: Pruning,
    controls: &mut Controls,
) -> Result<Output, Error> {
    let Pruning { before, service, dry_run, .. } = pruning;
    check_age(before, Clock::system().now())?;
    let table = target.table(STATUS_HISTORY_TABLE)?;
    let client = controls.client(target, table);
    let history = History { client, table: table.to_owned(), before };
    let services = match service {
        Some(id) => vec![service::read(target, id).await?.id()],
        None => {
            let table = target.table(SERVICES_TABLE)?;
            let (client, progress) = (controls.client(target, table), controls.progress.clone());
            controls.unless_interrupted(all_services(&client, table, &progress)).await?
        }
    };
    let old = find(&history, services, controls).await?;
    let changes = old.iter().map(|old| old.count).sum();
    let report =
        Report { table, dry_run, before: before.to_string(), services: old.len(), changes };
    let done = match (dry_run, changes) {
        (true, _) => "dry run: nothing was deleted from",
        (false, 0) => "nothing was deleted from",
        (false, _) => "deleted from",
    };
    if !dry_run && !old.is_empty() {
        record(target, service, &report, controls).await?;
        delete(history, old, changes, controls).await?;
    }
    let Report { services, .. } = report;
    let (of, place) = (format!("{changes} changes of {services} services"), target.place());
    Ok(Output::new(format!("{of}\n{done} table {table} {place}"), &report))
}

/// Changes that repeats and restores may still look for must stay.
fn check_age(before: Timestamp, now: Timestamp) -> Result<(), ValidationError> {
    let latest = now.minus_seconds(KEPT_DAYS * 24 * 60 * 60);
    if before <= latest {
        return Ok(());
    }
    let text = format!("must be at least {KEPT_DAYS} days ago, so {latest} or earlier");
    Err(ValidationError::new(Location::Argument("--before"), text))
}

async fn all_services(
    client: &Client,
    table: &str,
    progress: &Progress,
) -> Result<Vec<ServiceId>, Error> {
    let items = scan::items_with_progress(client, table, &[services::ID], progress).await?;
    Ok(items.iter().filter_map(|item| number(item, services::ID)).collect())
}

/// The old changes of each service that has some.
async fn find(
    history: &History,
    services: Vec<ServiceId>,
    controls: &mut Controls,
) -> Result<Vec<OldChanges>, Error> {
    let found = Arc::new(Mutex::new(Vec::new()));
    controls.progress.start_all("reading histories", services.len());
    let requests = services.into_iter().map(|id| {
        let (history, found) = (history.clone(), Arc::clone(&found));
        async move {
            let old = history.old_changes(id).await?;
            found.lock().unwrap_or_else(PoisonError::into_inner).extend(old);
            Ok(())
        }
    });
    let read = run_all(requests, &controls.progress, &mut controls.interrupt).await;
    read.map_err(|error| match error {
        Error::Interrupted => Error::InterruptedBeforeWriting,
        error => error,
    })?;
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *found))
}

/// Writes the audit row: how many changes up to that time there are, and how many will be left. It is written before
/// the first deletion: a run that is killed has one too, and the next one counts what was left.
async fn record(
    target: &Target,
    service: Option<ServiceId>,
    report: &Report<'_>,
    controls: &mut Controls,
) -> Result<(), Error> {
    let audit = controls.unless_interrupted(Audit::of(target, "history prune")).await?;
    let services = report.services;
    let changes = |count: usize| Some(Item::from([("changes".to_owned(), integer(count))]));
    let row = Entry::now(service.map_or(Resource::Services, Resource::Service))
        .change(changes(report.changes + services), changes(services))
        .detail("before", AttributeValue::S(report.before.clone()))
        .detail("services", integer(services));
    audit.record(&controls.client(target, audit.table()), row).await
}

fn integer(count: usize) -> AttributeValue {
    AttributeValue::N(count.to_string())
}

async fn delete(
    history: History,
    old: Vec<OldChanges>,
    total: usize,
    controls: &mut Controls,
) -> Result<(), Error> {
    let deleted = Arc::new(AtomicU64::new(0));
    controls.progress.start_all("deleting, services", old.len());
    let requests = old.into_iter().map(|old| history.clone().delete(old, Arc::clone(&deleted)));
    let finished = run_all(requests, &controls.progress, &mut controls.interrupt).await;
    finished.map_err(|error| Error::Partial {
        done: deleted.load(Relaxed),
        total,
        what: "changes were deleted",
        advice: "run the same command again to delete the rest: what is left has no gap",
        source: Box::new(error),
    })
}
