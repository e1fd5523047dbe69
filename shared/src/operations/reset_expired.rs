//! Stores the resets of expired statuses. Readers see them from the deadline on, so it does no harm if this
//! runs late, twice at once, or never.

use tokio::{task::JoinSet, time::Instant};

use crate::{
    domain::{ServiceDetails, ServiceId, Timestamp},
    store::{
        AuditContext, DueReset, PendingResetKey, RecordedChange, StatusTables, StoreFault,
        UnreadableRow, WriteOutcome, keys::RESET_SHARDS,
    },
};

/// A run that stores resets.
pub struct ResetJob<'a> {
    /// The tables.
    pub tables: &'a StatusTables,
    /// The time of the run.
    pub now: Timestamp,
    /// Only resets with a deadline at or before this time.
    pub by: Timestamp,
    /// The id of the run, for history.
    pub request_id: &'a str,
}

/// Where a run is: a shard, and the last entry that it has handled there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResetPosition {
    shard: u64,
    after: Option<PendingResetKey>,
}

/// The counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResetRun {
    /// Resets stored.
    pub done: u64,
    /// Services that were reset already, or that another writer was updating.
    pub already_done: u64,
    /// Services, or queries for them, that failed.
    pub failed: u64,
    /// By how much the oldest deadline of a reset that was not stored yet had passed, in seconds.
    pub lag_seconds: u64,
    /// Whether the run reached the end. Otherwise its time was up.
    pub complete: bool,
}

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResetProgress {
    /// The counts so far.
    pub run: ResetRun,
    /// Where the next run starts if this one is stopped now.
    pub position: ResetPosition,
}

/// What happens during a run, for logs and metrics.
#[derive(Debug)]
pub enum ResetEvent<'a> {
    /// A reset is stored.
    Stored {
        /// The service.
        service: &'a ServiceDetails,
        /// The reset.
        reset: &'a RecordedChange,
        /// How long it took, in milliseconds.
        duration_ms: u64,
    },
    /// A service could not be reset, or a query for due resets failed.
    Failed {
        /// The service; `None` for a query.
        service: Option<ServiceId>,
        /// Why.
        fault: &'a StoreFault,
    },
    /// Entries of the index name no service or no time. They are left as they are.
    Unreadable(&'a [UnreadableRow]),
}

impl ResetJob<'_> {
    /// Goes through the shards, page by page, from where `progress` is. A failure is counted and left to the
    /// next run. This can be dropped at any time: `progress` says how far it came.
    pub async fn run(&self, progress: &mut ResetProgress, on_event: impl Fn(ResetEvent<'_>)) {
        while progress.position.shard < RESET_SHARDS {
            let ResetPosition { shard, after } = &progress.position;
            let shard = *shard;
            let next = match self.tables.services.due_resets(shard, after.as_ref(), self.by).await {
                Ok(due) => {
                    if !due.unreadable.is_empty() {
                        on_event(ResetEvent::Unreadable(&due.unreadable));
                    }
                    self.store_all(due.resets, &mut progress.run, &on_event).await;
                    due.next
                }
                Err(fault) => {
                    progress.run.failed += 1;
                    on_event(ResetEvent::Failed { service: None, fault: &fault });
                    None
                }
            };
            let shard = shard + u64::from(next.is_none());
            progress.position = ResetPosition { shard, after: next };
        }
        progress.position = ResetPosition::default();
        progress.run.complete = true;
    }

    /// Stores the resets of one page side by side.
    async fn store_all(
        &self,
        due: Vec<DueReset>,
        run: &mut ResetRun,
        on_event: impl Fn(ResetEvent<'_>),
    ) {
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for pending in due {
            let (tables, by, at) = (self.tables.clone(), self.by, self.now);
            let request_id = self.request_id.to_owned();
            tasks.spawn(async move {
                let audit = AuditContext { at, request_id: &request_id };
                (pending, store_reset(&tables, pending.service, by, audit).await)
            });
        }
        while let Some(finished) = tasks.join_next().await {
            let Ok((pending, outcome)) = finished else {
                run.failed += 1;
                continue;
            };
            match outcome {
                Ok(None) => {
                    run.already_done += 1;
                    continue;
                }
                Ok(Some((service, reset))) => {
                    run.done += 1;
                    let elapsed = started.elapsed().as_millis();
                    let duration_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
                    on_event(ResetEvent::Stored { service: &service, reset: &reset, duration_ms });
                }
                Err(fault) => {
                    run.failed += 1;
                    let service = Some(pending.service);
                    on_event(ResetEvent::Failed { service, fault: &fault });
                }
            }
            run.lag_seconds = run.lag_seconds.max(self.now.seconds_since(pending.deadline));
        }
    }
}

/// Stores the reset of a service if its deadline is at or before `by`, on the version and the deadline that
/// are read first, so that it loses to any newer update. `None` if another writer has stored the reset, or is
/// updating the service.
async fn store_reset(
    tables: &StatusTables,
    id: ServiceId,
    by: Timestamp,
    audit: AuditContext<'_>,
) -> Result<Option<(ServiceDetails, RecordedChange)>, StoreFault> {
    let Some(service) = tables.services.service(id).await? else { return Ok(None) };
    let record = service.record;
    let Some((transition, deadline)) = record.expire(by).zip(record.status.reset_at()) else {
        return Ok(None);
    };
    let transaction = tables.reset(&service.details.path, &transition, deadline, audit)?;
    let outcome = tables.send(&transaction).await?;
    let reset = transaction.changes.into_iter().next();
    let reset = reset.filter(|_| outcome == WriteOutcome::Stored);
    Ok(reset.map(|reset| (service.details, reset)))
}
