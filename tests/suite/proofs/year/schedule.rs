//! The schedule and its runs, which may be late, doubled or missing, and checks of what they store.

use serde_json::json;
use shared::{operations::ResetRun, runtime::Invocation};

use super::{
    machines::{Event, Minute, minute, offset},
    simulation::{Outcome, Simulation},
};

impl Simulation {
    /// Plans the next minute after that time in which the fastest clock may find something due.
    pub(super) fn plan_minute(&mut self, after: i64) {
        let Some((deadline, _)) = self.by_deadline.first() else { return };
        let from = (deadline + self.plan.settle_seconds() - self.plan.skew).max(after + 1);
        let minute = (from + 59).div_euclid(60) * 60;
        if self.minute.is_none_or(|planned| minute < planned) {
            self.minute = Some(minute);
            self.agenda.plan(minute, Event::Minute);
        }
    }

    pub(super) fn minute(&mut self) {
        // Another minute was planned instead.
        if self.minute != Some(self.now) {
            return;
        }
        self.minute = None;
        if self.now >= self.outage_until {
            match minute(&mut self.random) {
                Minute::Run { late } => self.agenda.plan(self.now + late, Event::Run),
                Minute::Missed => self.count("minutes missed", 1),
                Minute::Outage(seconds) => {
                    self.outage_until = self.now + seconds;
                    self.count("outages of the schedule", 1);
                }
            }
        }
        self.plan_minute(self.now.max(self.outage_until - 1));
    }

    /// A run of the schedule's function, sometimes repeated.
    pub(super) async fn run(&mut self) -> Outcome {
        let twice = self.random.u8(0..6) == 0;
        for _ in 0..=u8::from(twice) {
            let clock = self.now + offset(&mut self.random, self.plan.skew);
            self.set_clock(clock);
            let run = self.run_schedule().await;
            self.note(&format!("{clock} {run:?}"));
            self.count("runs of the schedule", 1);
            self.count("resets stored by it", run.done);
            self.none_is_stored_early(run).await?;
            self.check_run(run, clock)?;
        }
        Ok(())
    }

    async fn run_schedule(&self) -> ResetRun {
        let event = serde_json::value::to_raw_value(&json!({})).expect("JSON");
        let id = format!("run-{}-{}", self.now, self.step);
        let call = Invocation { event, id, remaining_time: None };
        reset_expired::handle(&self.app.functions.reset_expired, call).await
    }

    /// Early by the true time, which no machine knows.
    async fn none_is_stored_early(&self, run: ResetRun) -> Outcome {
        if run.done == 0 {
            return Ok(());
        }
        let soon = (self.now + 1, 0)..(self.now + 3600, 0);
        for (deadline, service) in self.by_deadline.range(soon) {
            if !self.app.row(*service).await.contains_key("resetDateTime") {
                let early = deadline - self.now;
                return Err(format!("the reset of service {service} was stored {early} s early"));
            }
        }
        Ok(())
    }

    /// Checks that a run stored all resets that are due, and removes them from the pending ones.
    fn check_run(&mut self, run: ResetRun, clock: i64) -> Outcome {
        let due: Vec<_> = self
            .by_deadline
            .range(..=(clock - self.plan.settle_seconds(), u64::MAX))
            .copied()
            .collect();
        let expected = u64::try_from(due.len()).expect("a number");
        if (run.done, run.already_done, run.failed, run.complete) != (expected, 0, 0, true) {
            return Err(format!("{expected} are due: {run:?}"));
        }
        for place @ (_, service) in due {
            self.by_deadline.remove(&place);
            self.pending.remove(&service);
        }
        Ok(())
    }
}
