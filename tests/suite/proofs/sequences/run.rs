//! Runs one sequence on the functions and on the model, step by step, until the first difference.

use std::collections::BTreeMap;

use super::{
    check::{Outcome, same},
    fixture::{Family, Fixture},
    operation::{Known, Move, Operation, Place, Put, Review},
    reads::Bookmark,
    representations::{ScheduledRun, Service, Shown},
};

/// How long after a sequence all deadlines are past and the schedule may store the resets.
const AFTERWARDS: i64 = 2 * 24 * 60 * 60;

/// A sequence in progress.
pub(super) struct Run<'a> {
    pub(super) fixture: &'a mut Fixture,
    pub(super) family: Family,
    /// The time on the machine that answers next.
    pub(super) now: i64,
    pub(super) step: usize,
    /// The entity tags seen so far, with the representation of each.
    pub(super) seen: Vec<(Shown, String)>,
    /// The last request with a key.
    pub(super) repeatable: Option<Put>,
    pub(super) bookmark: Option<Bookmark>,
    /// The operations so far, by kind.
    pub(super) counts: BTreeMap<&'static str, u64>,
}

impl<'a> Run<'a> {
    pub(super) fn new(fixture: &'a mut Fixture, family: Family) -> Self {
        let now = fixture.latest;
        fixture.set_clock(now);
        let (seen, counts) = (Vec::new(), BTreeMap::new());
        Self { fixture, family, now, step: 0, seen, repeatable: None, bookmark: None, counts }
    }

    /// Runs a sequence and checks everything stored in the end, and again after the schedule has
    /// stored the last resets.
    pub(super) async fn go(&mut self, operations: &[Operation]) -> Outcome {
        for (step, operation) in operations.iter().enumerate() {
            self.step = step;
            let done = self.step(operation).await;
            done.map_err(|why| format!("step {step}, {operation:?}: {why}"))?;
        }
        self.stored(|_| true).await.map_err(|why| format!("at the end: {why}"))?;
        let open = |service: &Service| service.changes.last()?.deadline.map(|_| service.id);
        let open: Vec<_> = self.family.model.services.iter().filter_map(open).collect();
        self.set_clock(Some(self.fixture.latest + AFTERWARDS));
        self.schedule().await?;
        let checked = self.stored(|service| open.contains(&service.id)).await;
        checked.map_err(|why| format!("after the last resets: {why}"))
    }

    /// Stores the resets that a sequence left when it ended early.
    pub(super) async fn clear(&mut self) {
        self.set_clock(Some(self.fixture.latest + AFTERWARDS));
        self.fixture.app.run_schedule().await;
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    async fn step(&mut self, operation: &Operation) -> Outcome {
        match operation {
            Operation::Put(put) => self.put(*put).await,
            Operation::Repeat { body, elsewhere, after } => {
                self.repeat(*body, *elsewhere, *after).await
            }
            Operation::Get(place, known) => self.get(*place, *known).await,
            Operation::ById(places) => self.by_id(places).await,
            Operation::List(filters, limit) => self.list(*filters, *limit).await,
            Operation::History { place, from, to, limit } => {
                self.history(*place, (*from, *to), *limit).await
            }
            Operation::FirstPage(place, limit) => {
                let below = u64::MAX;
                let bookmark =
                    Bookmark { place: *place, cursor: String::new(), below, limit: *limit };
                self.page(bookmark).await
            }
            Operation::NextPage => match self.bookmark.take() {
                Some(bookmark) => self.page(bookmark).await,
                None => Ok(()),
            },
            Operation::At(place, moment) => self.at(*place, *moment).await,
            Operation::Schedule(after) => {
                if let Some((place, after)) = after {
                    self.set_clock(self.last_deadline(*place).map(|at| at + 300 + after));
                }
                self.schedule().await
            }
            Operation::Clock(how) => {
                self.move_clock(*how);
                Ok(())
            }
            Operation::Import(place, name, review) => {
                self.import(*place, *name, *review).await;
                Ok(())
            }
        }
    }

    async fn get(&mut self, place: Place, known: Known) -> Outcome {
        let tags = self.tags(place, known).await?;
        let (header, tags) = tags.unzip();
        let mut call = self.fixture.app.get(self.family.id(place)).by("reader");
        if let Some(header) = header {
            call = call.header("if-none-match", &header);
        }
        let reply = call.send().await;
        self.count("reads");
        let expected = self.family.model.get(place, tags.as_ref(), self.now);
        self.check(&reply, &expected)
    }

    async fn schedule(&mut self) -> Outcome {
        let run = self.fixture.app.run_schedule().await;
        let expected = self.family.model.run_schedule(self.now);
        self.count("runs of the schedule");
        *self.counts.entry("resets stored by it").or_default() += run.done;
        let lag = i64::try_from(run.lag_seconds).expect("a time");
        same("failed and cut short", &(run.failed, run.complete), &(0, true))?;
        same("a run", &ScheduledRun { done: run.done, lag }, &expected)
    }

    pub(super) fn last_deadline(&self, place: Place) -> Option<i64> {
        self.family.model.service(place)?.changes.last()?.deadline
    }

    fn review_due(&self, place: Place) -> Option<i64> {
        let service = self.family.model.service(place)?;
        service.review_due(self.family.model.known(service, self.now).last()?)
    }

    fn move_clock(&mut self, how: Move) {
        let latest = self.fixture.latest;
        self.set_clock(match how {
            Move::Forward(seconds) => Some(latest + seconds),
            Move::Behind(seconds) => Some(latest - seconds),
            Move::Deadline(place, after) => self.last_deadline(place).map(|at| at + after),
            Move::ReviewDue(place, after) => self.review_due(place).map(|at| at + after),
        });
    }

    /// Switches to a machine whose clock shows that time. Clocks differ by at most five minutes.
    pub(super) fn set_clock(&mut self, to: Option<i64>) {
        let latest = self.fixture.latest;
        if let Some(to) = to.filter(|to| *to >= latest - 300) {
            self.count("moves of the clock");
            self.now = to;
            self.fixture.set_clock(to);
        }
    }

    async fn import(&mut self, place: Place, number: u8, review: Option<Review>) {
        let name = format!("Pharmacy no. {number}, \u{201c}New\u{201d}");
        let service = self.family.model.service(place).expect("a service");
        self.fixture.import(service, &name, review).await;
        self.count("imports");
        self.family.model.import(place, &name, review);
    }
}
