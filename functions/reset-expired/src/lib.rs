//! Makes resets durable whose deadline is well past. A schedule calls it each minute; readers do not
//! depend on it, and it may run twice at once, late, or never.

use std::sync::{Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use shared::{
    config::Environment,
    domain::{ServiceId, Timestamp},
    http::{Clock, TimeLeft},
    metrics::{self, ResetRun},
    platform::Invocation,
    store::{Pending, Recorded, Resets, StoreFault, keys::RESET_SHARDS},
    telemetry,
    usage::{self, Origin},
};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout},
};

/// What the function needs.
pub struct Deps {
    resets: Resets,
    settle_seconds: u32,
    /// Where the next run starts, if this one does not come to the end.
    next: Mutex<Start>,
    /// Where the time is read.
    pub clock: Clock,
}

/// A shard, and after which of its resets.
type Start = (u64, Option<Pending>);

impl Deps {
    /// Reads the settings that this function uses.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let resets = Resets::read(environment, client);
        let settle_seconds = environment.parsed("RESET_SETTLE_SECONDS");
        Some(Self {
            resets: resets?,
            settle_seconds: settle_seconds?,
            next: Mutex::new((0, None)),
            clock: Clock::system(),
        })
    }
}

/// Settles what is due, until the end or until the time is up.
pub async fn handle(deps: &Deps, call: Invocation) -> ResetRun {
    let now = deps.clock.now();
    let mut run = ResetRun::default();
    let round = Round { deps, now, request_id: &call.id };
    let going = round.go(&mut run);
    let complete = match call.time_left {
        Some(TimeLeft(left)) => timeout(left, going).await.is_ok(),
        None => {
            going.await;
            true
        }
    };
    run.complete = complete;
    metrics::settled(run, now);
    run
}

/// One run.
struct Round<'a> {
    deps: &'a Deps,
    now: Timestamp,
    request_id: &'a str,
}

impl Round<'_> {
    /// Goes through the shards, page by page. What fails is counted, and left to the next run.
    async fn go(&self, run: &mut ResetRun) {
        let by = self.now.minus_seconds(self.deps.settle_seconds);
        let (mut shard, mut after) = self.start();
        while shard < RESET_SHARDS {
            match self.deps.resets.due(shard, after, by).await {
                Ok(due) => {
                    self.settle(due.services, by, run).await;
                    after = due.next;
                }
                Err(fault) => {
                    self.failed(run, None, &fault);
                    after = None;
                }
            }
            shard += u64::from(after.is_none());
            self.set_start((shard, after));
        }
        self.set_start((0, None));
    }

    /// Settles the services of a page side by side.
    async fn settle(&self, due: Vec<Pending>, by: Timestamp, run: &mut ResetRun) {
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for (deadline, id) in due {
            let (resets, now) = (self.deps.resets.clone(), self.now);
            let request_id = self.request_id.to_owned();
            tasks.spawn(async move {
                let recorded = Recorded { at: now, request_id: &request_id };
                (deadline, id, resets.settle(id, by, recorded).await)
            });
        }
        while let Some(ended) = tasks.join_next().await {
            let Ok((deadline, id, settled)) = ended else {
                run.failed += 1;
                continue;
            };
            let lag_seconds = self.now.seconds_since(deadline);
            match settled {
                Ok(None) => {
                    run.already_done += 1;
                    continue;
                }
                Ok(Some((service, reset))) => {
                    run.done += 1;
                    let elapsed = started.elapsed().as_millis();
                    let duration_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
                    usage::status_changed(self.origin(duration_ms), &service, &reset);
                }
                Err(fault) => self.failed(run, Some(id), &fault),
            }
            run.lag_seconds = run.lag_seconds.max(lag_seconds);
        }
    }

    const fn origin(&self, duration_ms: u64) -> Origin<'_> {
        Origin {
            request_id: self.request_id,
            correlation_id: None,
            client_address: None,
            now: self.now,
            duration_ms,
        }
    }

    fn failed(&self, run: &mut ResetRun, id: Option<ServiceId>, fault: &StoreFault) {
        run.failed += 1;
        let (request_id, service_id) = (self.request_id, id.map(ServiceId::get));
        tracing::error!(request_id, service_id, error = telemetry::chain(fault), "reset_failed");
    }

    fn start(&self) -> Start {
        *self.deps.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_start(&self, start: Start) {
        *self.deps.next.lock().unwrap_or_else(PoisonError::into_inner) = start;
    }
}
