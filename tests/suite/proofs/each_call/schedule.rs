//! Runs of the schedule: what one could not settle the next one does.

use shared::metrics::ResetRun;

use super::{Bench, Failure, reads::answers_right};
use crate::{
    harness::faulty::with_others,
    proofs::{
        Size,
        faults::ledger::{Kind, Violation, check, unless},
    },
};

/// When the schedule may settle a deadline of one minute.
const SETTLED: i64 = 400;

impl Bench {
    /// Has the schedule's function run on the store that fails.
    async fn run_schedule(&mut self) -> ResetRun {
        let asked = self.faulty.run_schedule();
        let run = with_others(asked, &mut self.turns, async || {}).await;
        self.store.release().await;
        run
    }
}

/// Answers how often something was made to fail.
///
/// # Errors
/// A reset was taken for settled and is not, or a later run does not settle it.
pub(super) async fn prove(size: Size) -> Result<u64, Violation> {
    let mut bench = Bench::new(None).await;
    bench.update("RED").await;
    bench.later(SETTLED);
    let seen = bench.watch();
    let run = bench.run_schedule().await;
    unless(run.done == 1, Kind::Lost, run)?;
    let calls = seen.lock().expect("no panic while held").clone();
    let failures = Failure::of(&calls, size);
    for failure in &failures {
        bench.update("RED").await;
        bench.later(SETTLED);
        let right = bench.healthy.get(30).by("reader").send().await;
        bench.fail(*failure);
        let run = bench.run_schedule().await;
        let mut durable =
            bench.healthy.row(30).await["status"].as_s().is_ok_and(|is| is == "GREEN");
        unless(run.complete && (run.done == 0 || durable), Kind::Lost, (failure, run))?;
        if !durable {
            durable = bench.healthy.run_schedule().await.done == 1;
        }
        unless(durable, Kind::Lost, (failure, run))?;
        answers_right(&bench.healthy.get(30).by("reader").send().await, &right)?;
    }
    let late = check(&bench.healthy, 30, &bench.updates).await?;
    unless(late == 0, Kind::RefusedAndStored, late)?;
    Ok(failures.len().try_into().unwrap_or(u64::MAX))
}
