//! The contract's rules in plain structs and epoch seconds: what every answer must be. It shares no
//! code with the functions and knows nothing of how they store data.

mod reads;
mod writes;
mod wrong;

use std::collections::HashMap;

use super::{
    operation::{Body, Place, Resource, Review},
    representations::{Answer, Cause, Change, ScheduledRun, Service, Shown, after},
};

pub(super) use self::{writes::words, wrong::Wrong};

const DAY: i64 = 24 * 60 * 60;
const SETTLE_SECONDS: i64 = 300;
const NOT_FOUND: Answer = Answer::Refused(404, "SERVICE_NOT_FOUND");

/// The request that used a key, and its answer.
struct Used {
    request: (Resource, Body),
    answer: Shown,
    until: i64,
}

/// A family of services and their current state.
pub(super) struct Model {
    pub(super) services: Vec<Service>,
    used: HashMap<(&'static str, u64, u8), Used>,
    wrong: Option<Wrong>,
}

impl Model {
    pub(super) fn new(services: Vec<Service>, wrong: Option<Wrong>) -> Self {
        Self { services, used: HashMap::new(), wrong }
    }

    pub(super) fn service(&self, place: Place) -> Option<&Service> {
        self.services.iter().find(|service| service.place == place)
    }

    fn index(&self, place: Place) -> Option<usize> {
        let found = self.services.iter().position(|service| service.place == place);
        found.filter(|_| place != Place::Closed)
    }

    fn is_wrong(&self, how: Wrong) -> bool {
        self.wrong == Some(how)
    }

    fn is_past(&self, deadline: i64, now: i64) -> bool {
        match self.wrong {
            Some(Wrong::DeadlineASecondLate) => now > deadline,
            Some(Wrong::DeadlineASecondEarly) => now + 1 >= deadline,
            _ => now >= deadline,
        }
    }

    /// The reset of the last change, if it is due.
    fn reset(&self, changes: &[Change], now: i64) -> Option<Change> {
        let last = changes.last()?;
        let deadline = last.deadline.filter(|deadline| self.is_past(*deadline, now))?;
        Some(Change {
            version: last.version + 1,
            status: "GREEN",
            previous: last.status,
            deadline: None,
            notes: None,
            reason: None,
            by: None,
            cause: Cause::Reset,
            date: if self.is_wrong(Wrong::ResetDatedNow) { now } else { deadline },
            recorded_at: now,
            request_id: String::new(),
        })
    }

    /// The changes as known at that time, oldest first.
    pub(super) fn known(&self, service: &Service, now: i64) -> Vec<Change> {
        let mut changes = service.changes.clone();
        changes.extend(self.reset(&changes, now));
        changes
    }

    /// What a reader is shown.
    fn shown(&self, service: &Service, now: i64) -> Shown {
        let shown = self.known(service, now);
        let mut last = shown.last().cloned();
        if let Some(last) = last.as_mut().filter(|_| self.is_wrong(Wrong::UnconfirmedGreenWaits)) {
            last.cause = Cause::Update;
        }
        after(service, last.as_ref())
    }

    /// A run of the schedule's function.
    pub(super) fn run_schedule(&mut self, now: i64) -> ScheduledRun {
        let delay = SETTLE_SECONDS - i64::from(self.is_wrong(Wrong::ScheduleASecondEarly));
        let mut run = ScheduledRun { done: 0, lag: 0 };
        for index in 0..self.services.len() {
            let changes = &self.services[index].changes;
            let Some(mut reset) = self.reset(changes, now - delay) else { continue };
            let deadline = changes.last().and_then(|last| last.deadline).unwrap_or_default();
            run.done += 1;
            run.lag = run.lag.max(now - deadline);
            reset.recorded_at = now;
            let changes = changes.iter().cloned().chain([reset]).collect();
            store(&mut self.services[index], changes, "run-1");
        }
        run
    }

    pub(super) fn import(&mut self, place: Place, name: &str, review: Option<Review>) {
        let index = self.index(place).expect("a service");
        let service = &mut self.services[index];
        name.clone_into(&mut service.name);
        service.review = review.unwrap_or(service.review);
    }

    /// When the last key expires.
    pub(super) fn key_expiry(&self) -> Option<i64> {
        self.used.values().map(|used| used.until).max()
    }
}

/// Replaces a service's changes. The new ones get that request id.
fn store(service: &mut Service, mut changes: Vec<Change>, request_id: &str) {
    for change in changes.iter_mut().skip(service.changes.len()) {
        request_id.clone_into(&mut change.request_id);
    }
    service.changes = changes;
}
