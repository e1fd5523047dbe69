//! Other clients that act in between.

use fastrand::Rng;

use super::{ledger::Violation, tally::Tally, world::Ledger};
use crate::harness::{App, Reply};

/// Other clients, on a healthy store, with their own clocks.
pub(super) struct Others<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) healthy: &'a App,
    pub(super) ledger: &'a mut Ledger,
    pub(super) tally: &'a mut Tally,
    pub(super) seconds: i64,
}

impl Others<'_> {
    /// They act while an update or a scheduled run is in progress.
    pub(super) async fn have_their_turn(
        &mut self,
        service: u64,
        under_way: Option<usize>,
    ) -> Result<(), Violation> {
        self.tally.count("turns of others");
        self.healthy.at(self.seconds + self.rng.i64(-5..30));
        let done = match self.rng.u32(..10) {
            0 => {
                self.healthy.run_schedule().await;
                Ok(())
            }
            1 if under_way.is_some() => self.revoke(service).await,
            1..4 => match under_way.filter(|number| self.ledger.updates[*number].key.is_some()) {
                Some(same) => self.send(same).await,
                None => self.update(service).await,
            },
            _ => self.update(service).await,
        };
        self.healthy.at(self.seconds);
        done
    }

    /// What readers are shown now.
    pub(super) async fn see(&self, service: u64) -> Reply {
        self.healthy.get(service).by("reader").send().await
    }

    /// The editor loses the right until the next step. A colleague may update the service too.
    async fn revoke(&mut self, service: u64) -> Result<(), Violation> {
        self.tally.count("rights revoked between attempts");
        self.healthy.permit("editor", false).await;
        self.ledger.revoked = true;
        if self.rng.bool() { self.update(service).await } else { Ok(()) }
    }

    async fn update(&mut self, service: u64) -> Result<(), Violation> {
        let seen = if self.rng.u32(..100) < 40 { Some(self.see(service).await) } else { None };
        let number = self.ledger.add(self.rng, service, seen.as_ref());
        if self.ledger.revoked {
            self.ledger.updates[number].by = "colleague";
        }
        self.send(number).await
    }

    async fn send(&mut self, number: usize) -> Result<(), Violation> {
        let reply = self.ledger.updates[number].call(self.healthy).send().await;
        let told = self.ledger.updates[number].hear(&reply)?;
        self.tally.heard(told);
        Ok(())
    }
}
