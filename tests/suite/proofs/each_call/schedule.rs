//! Scheduled runs: the next run stores the resets that a run failed to store.

use shared::operations::ResetRun;

use super::{Failure, Fixture, reads::answers_right};
use crate::{
    harness::faulty::with_others,
    proofs::{
        Size,
        faults::{
            ledger::{Kind, Violation, unless},
            tables::check,
        },
    },
};

/// When the schedule may store the reset of a one-minute deadline.
const STORABLE: i64 = 400;

impl Fixture {
    /// Runs the schedule's function on the failing store.
    async fn run_schedule(&mut self) -> ResetRun {
        let asked = self.faulty.run_schedule();
        let run = with_others(asked, &mut self.turns, async || {}).await;
        self.store.release().await;
        run
    }
}

/// Returns the number of injected failures.
///
/// # Errors
/// If a run reports a reset that is not stored, or a later run does not store it.
pub(super) async fn prove(size: Size) -> Result<u64, Violation> {
    let mut fixture = Fixture::new(None).await;
    fixture.update("RED").await;
    fixture.later(STORABLE);
    let seen = fixture.watch();
    let run = fixture.run_schedule().await;
    unless(run.done == 1, Kind::Lost, run)?;
    let calls = seen.lock().expect("no panic while held").clone();
    let failures = Failure::of(&calls, size);
    for failure in &failures {
        fixture.update("RED").await;
        fixture.later(STORABLE);
        let right = fixture.healthy.get(30).by("reader").send().await;
        fixture.fail(*failure);
        let run = fixture.run_schedule().await;
        let mut stored =
            fixture.healthy.row(30).await["status"].as_s().is_ok_and(|is| is == "GREEN");
        unless(run.complete && (run.done == 0 || stored), Kind::Lost, (failure, run))?;
        if !stored {
            stored = fixture.healthy.run_schedule().await.done == 1;
        }
        unless(stored, Kind::Lost, (failure, run))?;
        answers_right(&fixture.healthy.get(30).by("reader").send().await, &right)?;
    }
    let late = check(&fixture.healthy, 30, &fixture.updates).await?;
    unless(late == 0, Kind::RefusedAndStored, late)?;
    Ok(failures.len().try_into().unwrap_or(u64::MAX))
}
