//! The answers to updates and moved deadlines, and what they store.

use super::{DAY, Model, NOT_FOUND, Used, Wrong, store};
use crate::proofs::sequences::{
    operation::{Body, Place, Resource},
    representations::{Answer, BAD_BODIES, Cause, Change, Update, after},
};

const PREFIX: &str = "Capacity status set by Capacity Status API";

impl Model {
    pub(in super::super) fn put(&mut self, update: Update<'_>, now: i64) -> Answer {
        let Some(index) = self.index(update.place) else { return NOT_FOUND };
        let editable = matches!(update.place, Place::Provider | Place::Pharmacy);
        if update.by == "reader" || !editable {
            return Answer::Refused(403, "NOT_PERMITTED");
        }
        let key = update.key.map(|key| (update.by, self.services[index].id, key));
        let used = key.and_then(|key| self.used.get(&key)).filter(|used| now < used.until);
        if let Some(used) = used.filter(|_| !self.is_wrong(Wrong::RepeatApplied)) {
            return self.repeated(index, used, &update);
        }
        let refusal = self.precondition(index, &update, now).or_else(|| invalid(&update));
        if let Some(refusal) = refusal {
            return refusal;
        }
        let Some(change) = self.change(index, &update, now) else {
            return Answer::Refused(409, "NO_DEADLINE");
        };
        let mut changes = self.known(&self.services[index], now);
        changes.push(change);
        store(&mut self.services[index], changes, update.request_id);
        let answer = self.shown(&self.services[index], now);
        let until = now + DAY + i64::from(self.is_wrong(Wrong::KeyASecondLong));
        let used = Used { request: (update.resource, update.body), answer: answer.clone(), until };
        key.map(|key| self.used.insert(key, used));
        Answer::Status(answer)
    }

    /// The answer to another request under a key.
    fn repeated(&self, index: usize, used: &Used, update: &Update<'_>) -> Answer {
        let (resource, body) = used.request;
        let same_resource =
            resource == update.resource || self.is_wrong(Wrong::KeyForBothResources);
        if !same_resource || body != update.body {
            return Answer::Refused(422, "IDEMPOTENCY_KEY_REUSED");
        }
        let mut answer = used.answer.clone();
        if self.is_wrong(Wrong::RepeatUnderNewName) {
            answer.body["name"] = self.services[index].name.clone().into();
        }
        Answer::Repeated(answer)
    }

    fn precondition(&self, index: usize, update: &Update<'_>, now: i64) -> Option<Answer> {
        let service = &self.services[index];
        let has_tag = update.names_tag || self.is_wrong(Wrong::MoveWithoutTag);
        if update.resource == Resource::Deadline && !has_tag {
            return Some(Answer::Refused(428, "PRECONDITION_REQUIRED"));
        }
        let current = self.shown(service, now);
        let compared = match self.wrong {
            Some(Wrong::ConditionOnStored) => after(service, service.changes.last()),
            _ => current.clone(),
        };
        let is_other = update.if_match.as_ref().is_some_and(|tags| !tags.name(&compared));
        let is_unwanted = !self.is_wrong(Wrong::UnwantedTagIgnored)
            && update.if_none_match.as_ref().is_some_and(|tags| tags.name(&compared));
        (is_other || is_unwanted).then_some(Answer::PreconditionFailed(current))
    }

    /// The change that a request makes, after the reset that is due by then. `None` if it moves the
    /// deadline of GREEN.
    fn change(&self, index: usize, update: &Update<'_>, now: i64) -> Option<Change> {
        let changes = self.known(&self.services[index], now);
        let before = changes.last();
        let date = before.map_or(now, |before| now.max(before.date));
        let date = if self.is_wrong(Wrong::DatesDecrease) { now } else { date };
        let by = Change {
            version: before.map_or(0, |before| before.version) + 1,
            status: "GREEN",
            previous: before.map_or("GREEN", |before| before.status),
            deadline: None,
            notes: None,
            reason: None,
            by: Some(update.by),
            cause: Cause::Update,
            date,
            recorded_at: now,
            request_id: String::new(),
        };
        match update.resource {
            Resource::Status => Some(self.set(by, before, update.body, now)),
            Resource::Deadline => {
                let stored = self.services[index].changes.last();
                let expired = before.filter(|_| !self.is_wrong(Wrong::MoveRevivesExpired));
                self.moved(by, expired.or(stored)?, update.body, now)
            }
        }
    }

    /// A change that sets the status.
    fn set(&self, change: Change, before: Option<&Change>, body: Body, now: i64) -> Change {
        let Body::Good { status, minutes, note, reason } = body else { return change };
        let deadline = match status {
            "GREEN" if self.is_wrong(Wrong::GreenKeepsDeadline) => {
                before.and_then(|before| before.deadline)
            }
            "GREEN" => None,
            _ => Some((now + 60 * i64::from(minutes.unwrap_or(240))).max(change.date)),
        };
        let keeps_reason = status != "GREEN" || self.is_wrong(Wrong::GreenKeepsReason);
        let notes = note.map_or(PREFIX.to_owned(), |note| format!("{PREFIX} - {}", words(note)));
        Change {
            status: capitals(status),
            deadline,
            notes: Some(notes),
            reason: reason.filter(|_| keeps_reason).map(str::to_uppercase),
            ..change
        }
    }

    /// A change that moves the deadline of the status before it.
    fn moved(&self, change: Change, before: &Change, body: Body, now: i64) -> Option<Change> {
        let Body::Good { minutes: Some(minutes), .. } = body else { return None };
        let deadline = before.deadline?;
        let from = if self.is_wrong(Wrong::MoveCountsFromDeadline) { deadline } else { now };
        Some(Change {
            status: before.status,
            deadline: Some((from + 60 * i64::from(minutes)).max(change.date)),
            notes: before.notes.clone(),
            reason: before.reason.clone().filter(|_| !self.is_wrong(Wrong::MoveDropsReason)),
            cause: Cause::Deadline,
            ..change
        })
    }
}

/// The answer to an invalid body.
fn invalid(update: &Update<'_>) -> Option<Answer> {
    let codes = match (update.resource, update.body) {
        (Resource::Status, Body::Good { .. }) => return None,
        (Resource::Status, Body::Bad(which)) => BAD_BODIES[which].1.to_vec(),
        (Resource::Deadline, Body::Bad(which)) => BAD_BODIES[which].2.to_vec(),
        (Resource::Deadline, Body::Good { minutes: None, .. }) => vec!["VAL-0008"],
        (Resource::Deadline, Body::Good { minutes: Some(0), .. }) => vec!["VAL-0004"],
        (Resource::Deadline, Body::Good { .. }) => return None,
    };
    Some(Answer::Invalid(codes))
}

fn capitals(status: &str) -> &'static str {
    match status.to_uppercase().as_str() {
        "RED" => "RED",
        "AMBER" => "AMBER",
        _ => "GREEN",
    }
}

/// The notes of an update.
pub(in super::super) fn words(note: u8) -> String {
    format!("call back in {note} hours")
}
