//! The contract's rules in plain structs and epoch seconds: what every answer must be. It shares no
//! code with the functions and knows nothing of how they store data.

mod reads;

use std::collections::HashMap;

use super::{
    operation::{Body, Place},
    representations::{Answer, BAD_BODIES, Change, ScheduledRun, Service, Shown, Update, after},
};

const DAY: i64 = 24 * 60 * 60;
const SETTLE_SECONDS: i64 = 300;
const NOT_FOUND: Answer = Answer::Refused(404, "SERVICE_NOT_FOUND");
const PREFIX: &str = "Capacity status set by Capacity Status API";

/// A rule that the model gets wrong on purpose, to show that the tests detect it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// A status lasts until the second after its deadline.
    DeadlineASecondLate,
    /// A status ends a second before its deadline.
    DeadlineASecondEarly,
    /// A reset is dated by the clock that stores it.
    ResetDatedNow,
    /// A repeated request is applied again.
    RepeatApplied,
    /// `If-Match` and `If-None-Match` are compared with the stored status, even past its deadline.
    ConditionOnStored,
    /// `If-None-Match` is ignored.
    UnwantedTagIgnored,
    /// GREEN keeps the previous deadline.
    GreenKeepsDeadline,
    /// A key is valid for a day and a second.
    KeyASecondLong,
    /// The schedule takes deadlines a second too early.
    ScheduleASecondEarly,
    /// A change is dated by the clock alone, even before the previous change.
    DatesDecrease,
    /// A replayed answer has the service's current name.
    RepeatUnderNewName,
}

/// The request that used a key, and its answer.
struct Used {
    body: Body,
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
            by: None,
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
        after(service, self.known(service, now).last())
    }

    pub(super) fn put(&mut self, update: Update<'_>, now: i64) -> Answer {
        let Some(index) = self.index(update.place) else { return NOT_FOUND };
        let editable = matches!(update.place, Place::Provider | Place::Pharmacy);
        if update.by == "reader" || !editable {
            return Answer::Refused(403, "NOT_PERMITTED");
        }
        let service = &self.services[index];
        let key = update.key.map(|key| (update.by, service.id, key));
        let used = key.and_then(|key| self.used.get(&key)).filter(|used| now < used.until);
        if let Some(used) = used.filter(|_| !self.is_wrong(Wrong::RepeatApplied)) {
            let same = used.body == update.body;
            let mut answer = used.answer.clone();
            if self.is_wrong(Wrong::RepeatUnderNewName) {
                answer.body["name"] = service.name.clone().into();
            }
            return if same {
                Answer::Repeated(answer)
            } else {
                Answer::Refused(422, "IDEMPOTENCY_KEY_REUSED")
            };
        }
        let current = self.shown(service, now);
        let compared = match self.wrong {
            Some(Wrong::ConditionOnStored) => after(service, service.changes.last()),
            _ => current.clone(),
        };
        let is_other = update.if_match.as_ref().is_some_and(|tags| !tags.name(&compared));
        let is_unwanted = !self.is_wrong(Wrong::UnwantedTagIgnored)
            && update.if_none_match.as_ref().is_some_and(|tags| tags.name(&compared));
        if is_other || is_unwanted {
            return Answer::PreconditionFailed(current);
        }
        if let Body::Bad(which) = update.body {
            return Answer::Invalid(BAD_BODIES[which].1.to_vec());
        }
        self.apply(index, &update, now);
        let answer = self.shown(&self.services[index], now);
        let until = now + DAY + i64::from(self.is_wrong(Wrong::KeyASecondLong));
        let used = Used { body: update.body, answer: answer.clone(), until };
        key.map(|key| self.used.insert(key, used));
        Answer::Status(answer)
    }

    /// Stores an update, after the reset that is due by then.
    fn apply(&mut self, index: usize, update: &Update<'_>, now: i64) {
        let Body::Good { status, minutes, note } = update.body else { return };
        let mut changes = self.known(&self.services[index], now);
        let before = changes.last();
        let date = before.map_or(now, |before| now.max(before.date));
        let date = if self.is_wrong(Wrong::DatesDecrease) { now } else { date };
        let deadline = match status {
            "GREEN" if self.is_wrong(Wrong::GreenKeepsDeadline) => {
                before.and_then(|before| before.deadline)
            }
            "GREEN" => None,
            _ => Some((now + 60 * i64::from(minutes.unwrap_or(240))).max(date)),
        };
        let change = Change {
            version: before.map_or(0, |before| before.version) + 1,
            status: capitals(status),
            previous: before.map_or("GREEN", |before| before.status),
            deadline,
            notes: Some(
                note.map_or(PREFIX.to_owned(), |note| format!("{PREFIX} - {}", words(note))),
            ),
            by: Some(update.by),
            date,
            recorded_at: now,
            request_id: String::new(),
        };
        changes.push(change);
        store(&mut self.services[index], changes, update.request_id);
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

    pub(super) fn rename(&mut self, place: Place, name: &str) {
        let index = self.index(place).expect("a service");
        name.clone_into(&mut self.services[index].name);
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

fn capitals(status: &str) -> &'static str {
    match status.to_uppercase().as_str() {
        "RED" => "RED",
        "AMBER" => "AMBER",
        _ => "GREEN",
    }
}

/// The notes of an update.
pub(super) fn words(note: u8) -> String {
    format!("call back in {note} hours")
}
