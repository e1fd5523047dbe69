//! Stores the resets of expired statuses. A schedule calls this function every minute. Readers do not depend on
//! it: it may run twice at once, late, or never.

use std::sync::{Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use shared::{
    domain::{ServiceId, Timestamp},
    http::{Clock, RemainingTime},
    operations::{ResetEvent, ResetJob, ResetPosition, ResetProgress, ResetRun},
    runtime::{AllSettings as _, Environment, Invocation, SettingsError},
    store::{StatusTables, error_chain},
    telemetry::{
        audit::{self, Origin},
        metrics, unreadable,
    },
};
use tokio::time::timeout;

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    services_table: String,
    status_history_table: String,
    changes_table: String,
    settle_seconds: u32,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (services_table, status_history_table, changes_table, settle_seconds) = (
            environment.required("SERVICES_TABLE"),
            environment.required("STATUS_HISTORY_TABLE"),
            environment.required("CHANGES_TABLE"),
            environment.parsed("RESET_SETTLE_SECONDS"),
        )
            .all()?;
        Ok(Self { services_table, status_history_table, changes_table, settle_seconds })
    }
}

/// What this function needs.
pub struct Deps {
    tables: StatusTables,
    settle_seconds: u32,
    /// Where the next run starts: at the beginning, unless the last run was stopped.
    next: Mutex<ResetPosition>,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        let Settings { services_table, status_history_table, changes_table, settle_seconds } =
            settings;
        Self {
            tables: StatusTables::new(client, services_table, status_history_table, changes_table),
            settle_seconds,
            next: Mutex::default(),
            clock: Clock::system(),
        }
    }
}

/// Stores the resets that are due, until none is left or the time is up.
pub async fn handle(deps: &Deps, call: Invocation) -> ResetRun {
    let now = deps.clock.now();
    let (by, request_id) = (now.minus_seconds(deps.settle_seconds), call.id.as_str());
    let job = ResetJob { tables: &deps.tables, now, by, request_id };
    let mut progress = ResetProgress { position: deps.next(), ..ResetProgress::default() };
    let run = job.run(&mut progress, |event| record(event, request_id, now));
    match call.remaining_time {
        // If the time is up, `progress` says how far the run came.
        Some(RemainingTime(time)) => drop(timeout(time, run).await),
        None => run.await,
    }
    deps.set_next(progress.position);
    metrics::reset_run(progress.run, now);
    progress.run
}

fn record(event: ResetEvent<'_>, request_id: &str, now: Timestamp) {
    match event {
        ResetEvent::Stored { service, reset, duration_ms } => {
            let origin =
                Origin { request_id, correlation_id: None, client_address: None, now, duration_ms };
            audit::status_changed(origin, service, reset);
        }
        ResetEvent::Failed { service, fault } => {
            let service_id = service.map(ServiceId::get);
            tracing::error!(request_id, service_id, error = error_chain(fault), "reset_failed");
        }
        ResetEvent::Unreadable(rows) => unreadable::rows(rows, request_id, None, now),
    }
}

impl Deps {
    fn next(&self) -> ResetPosition {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_next(&self, position: ResetPosition) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = position;
    }
}
