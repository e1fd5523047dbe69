//! Records what clients were told of an update, and compares it with what is stored of it.

use std::fmt;

use serde_json::{Value, json};

use crate::harness::{App, Call, Reply};

/// The prefix that the API puts before the notes.
const PREFIX: &str = "Capacity status set by Capacity Status API - ";

/// A change that a client wants.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) service: u64,
    pub(crate) by: &'static str,
    pub(crate) wanted: Wanted,
    pub(crate) minutes: u32,
    pub(crate) key: Option<String>,
    pub(crate) if_match: Option<String>,
    /// One entry per request.
    pub(crate) answers: Vec<Answer>,
}

/// What a change sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Status {
        status: &'static str,
        reason: Option<&'static str>,
        notes: String,
    },
    /// The deadline alone.
    Deadline,
}

/// What a client was told.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(super) request_id: String,
    pub(crate) told: Told,
    pub(super) body: Value,
    /// The service's version according to the entity tag.
    pub(super) version: Option<u64>,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The update is stored as that version.
    Stored { version: u64, replayed: bool },
    /// The update is not stored, and this attempt will not store it.
    Refused(u16),
    /// The same: there is no deadline to move.
    NoDeadline,
    /// The update may be stored, now or later.
    Unknown(u16),
}

/// What can be wrong with the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An acknowledged update is not in history.
    Lost,
    /// An update is in history twice.
    Twice,
    /// A refused update is in history.
    RefusedAndStored,
    /// The function itself failed, though only the store was broken.
    Broken,
    /// An update differs from what was acknowledged.
    Misquoted,
    /// An update is applied to a version other than the one in its `If-Match`.
    Overwrote,
    /// History has a change that nobody requested.
    Unasked,
    /// Versions have a gap or a duplicate.
    Versions,
    /// A change is dated before the previous one, or a reset is not dated its deadline.
    Dates,
    /// A change does not follow from the previous one.
    Chain,
    /// The service's row does not match its last change.
    Record,
    /// A reader was shown something other than the service's status.
    Shown,
}

/// One violation, with its details.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) kind: Kind,
    detail: String,
}

impl Violation {
    pub(crate) fn new(kind: Kind, detail: impl fmt::Debug) -> Self {
        Self { kind, detail: format!("{detail:?}") }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.detail)
    }
}

/// Fails unless the condition holds.
pub(crate) fn unless(fine: bool, kind: Kind, detail: impl fmt::Debug) -> Result<(), Violation> {
    if fine { Ok(()) } else { Err(Violation::new(kind, detail)) }
}

impl Update {
    /// A new status that nobody has requested yet.
    pub(crate) fn new(service: u64, status: &'static str, notes: String) -> Self {
        Self::of(service, Wanted::Status { status, reason: None, notes })
    }

    /// The same for that reason.
    pub(crate) fn because(mut self, because: Option<&'static str>) -> Self {
        if let Wanted::Status { reason, .. } = &mut self.wanted {
            *reason = because;
        }
        self
    }

    /// A moved deadline of what has that tag.
    pub(crate) fn deadline(service: u64, seen: &str) -> Self {
        Self { if_match: Some(seen.to_owned()), ..Self::of(service, Wanted::Deadline) }
    }

    fn of(service: u64, wanted: Wanted) -> Self {
        let (by, minutes, answers) = ("editor", 1, Vec::new());
        Self { service, by, wanted, minutes, key: None, if_match: None, answers }
    }

    /// The update as a request.
    pub(crate) fn call<'a>(&self, app: &'a App) -> Call<'a> {
        let mut call = match &self.wanted {
            Wanted::Status { status, reason, notes } => {
                let mut body = json!({
                    "status": status, "resetStatusIn": self.minutes, "notes": notes,
                });
                if let Some(reason) = reason {
                    body["reason"] = (*reason).into();
                }
                app.put(self.service, body)
            }
            Wanted::Deadline => {
                app.put_deadline(self.service, json!({"resetStatusIn": self.minutes}))
            }
        }
        .by(self.by);
        for (name, value) in [("idempotency-key", &self.key), ("if-match", &self.if_match)] {
            if let Some(value) = value {
                call = call.header(name, value);
            }
        }
        call
    }

    /// Records an answer.
    ///
    /// # Errors
    /// If it acknowledges another update.
    pub(crate) fn hear(&mut self, reply: &Reply) -> Result<Told, Violation> {
        let tag = Some(reply.header("etag")).filter(|tag| !tag.is_empty());
        let (version, body) = (tag.map(version_of), reply.body.clone());
        let told = match (reply.status.as_u16(), version) {
            (200, Some(version)) => {
                unless(self.is_set_in(&body), Kind::Misquoted, (&*self, &body))?;
                let replayed = reply.header("idempotency-replayed") == "true";
                Told::Stored { version, replayed }
            }
            (409, _) if body["code"] == "NO_DEADLINE" => Told::NoDeadline,
            (status @ 400..500, _) => Told::Refused(status),
            (status, _) => Told::Unknown(status),
        };
        let request_id = reply.header("x-request-id").to_owned();
        self.answers.push(Answer { request_id, told, body, version });
        Ok(told)
    }

    /// Checks that a failing store explains every answer.
    ///
    /// # Errors
    /// If an answer is a fault of the function, such as 500.
    pub(crate) fn had_no_fault(&self) -> Result<(), Violation> {
        let fault = |told: Told| matches!(told, Told::Unknown(status) if status != 503);
        unless(!self.answers.iter().any(|answer| fault(answer.told)), Kind::Broken, self)
    }

    /// Whether a status, in an answer or in a table, is what the update sets.
    pub(super) fn is_set_in(&self, shown: &Value) -> bool {
        match &self.wanted {
            Wanted::Status { status, reason, notes } => {
                let reason = reason.filter(|_| *status != "GREEN");
                shown["status"] == *status
                    && shown["notes"] == format!("{PREFIX}{notes}")
                    && shown["reason"].as_str() == reason
            }
            Wanted::Deadline => shown["status"] != "GREEN",
        }
    }

    /// Whether the last answer acknowledges it.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.answers.last().is_some_and(|last| matches!(last.told, Told::Stored { .. }))
    }

    /// Whether a client was told that a deadline is moved.
    pub(super) fn has_moved_a_deadline(&self) -> bool {
        self.wanted == Wanted::Deadline && self.is_acknowledged()
    }

    /// Whether the reader is shown what the last answer shows.
    pub(super) fn is_shown_by(&self, reply: &Reply) -> bool {
        self.answers.last().is_some_and(|last| last.body == *reply.ok())
    }
}

impl Told {
    /// Whether this attempt stored nothing and will not.
    pub(super) const fn is_refusal(self) -> bool {
        match self {
            Self::Refused(_) | Self::NoDeadline => true,
            Self::Stored { .. } | Self::Unknown(_) => false,
        }
    }
}

/// The version at the start of an entity tag.
pub(crate) fn version_of(tag: &str) -> u64 {
    let version = tag.trim_matches('"').split('-').next();
    version.and_then(|version| version.parse().ok()).expect("a version")
}
