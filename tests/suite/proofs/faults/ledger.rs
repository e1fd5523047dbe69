//! Records what clients were told of an update, and compares it with what is stored of it.

use std::fmt;

use serde_json::{Value, json};

use crate::harness::{App, Call, Reply};

/// The prefix that the API puts before the notes.
const PREFIX: &str = "Capacity status set by Capacity Status API - ";

/// An update that a client wants. Its notes are unique.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) service: u64,
    pub(crate) by: &'static str,
    pub(crate) status: &'static str,
    pub(crate) minutes: u32,
    pub(crate) notes: String,
    pub(crate) key: Option<String>,
    pub(crate) if_match: Option<String>,
    /// What the client was told, one entry per request.
    pub(crate) told: Vec<Told>,
    /// The requests that were refused.
    pub(crate) refused: Vec<String>,
    /// The service's version according to a 412.
    pub(crate) refused_on: Option<u64>,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The update is stored as that version.
    Stored { version: u64, replayed: bool },
    /// The update is not stored, and this attempt will not store it.
    Refused(u16),
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
    /// An update that nobody has sent yet.
    pub(crate) fn new(service: u64, status: &'static str, notes: String) -> Self {
        Self {
            service,
            by: "editor",
            status,
            minutes: 1,
            notes,
            key: None,
            if_match: None,
            told: Vec::new(),
            refused: Vec::new(),
            refused_on: None,
        }
    }

    /// The update as a request.
    pub(crate) fn call<'a>(&self, app: &'a App) -> Call<'a> {
        let body = json!({
            "status": self.status, "resetStatusIn": self.minutes, "notes": self.notes,
        });
        let mut call = app.put(self.service, body).by(self.by);
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
        let told = match reply.status.as_u16() {
            200 => {
                let shown = (reply.body["status"].as_str(), reply.body["notes"].as_str());
                let own = (Some(self.status), Some(self.stored_notes()));
                let fine = shown == (own.0, own.1.as_deref());
                unless(fine, Kind::Misquoted, (&*self, &reply.body))?;
                let replayed = reply.header("idempotency-replayed") == "true";
                Told::Stored { version: version_of(reply.header("etag")), replayed }
            }
            status @ 400..500 => {
                self.refused.push(reply.header("x-request-id").to_owned());
                self.refused_on = (status == 412).then(|| version_of(reply.header("etag")));
                Told::Refused(status)
            }
            status => Told::Unknown(status),
        };
        self.told.push(told);
        Ok(told)
    }

    /// Checks that a failing store explains every answer.
    ///
    /// # Errors
    /// If an answer is a fault of the function, such as 500.
    pub(crate) fn had_no_fault(&self) -> Result<(), Violation> {
        let explained = |told: &Told| !matches!(told, Told::Unknown(status) if *status != 503);
        unless(self.told.iter().all(explained), Kind::Broken, self)
    }

    /// Whether the answer shows this update.
    pub(crate) fn is_shown_by(&self, reply: &Reply) -> bool {
        reply.ok()["notes"].as_str() == Some(self.stored_notes().as_str())
    }

    pub(super) fn stored_notes(&self) -> String {
        format!("{PREFIX}{}", self.notes)
    }

    /// Whether an unanswered attempt may have been applied after a refusal. It may if the refusal
    /// was due to a deadline alone: the version that readers see is then not stored, and the change
    /// in flight takes its number.
    fn may_land_late(&self, version: u64) -> bool {
        let unanswered = self.told.iter().any(|told| matches!(told, Told::Unknown(_)));
        unanswered && self.refused_on == Some(version)
    }

    /// Whether the last answer says that no request has stored the update. A lost right says so only of
    /// its own request.
    fn is_refused(&self) -> bool {
        let open = self.told.iter().any(|told| !matches!(told, Told::Refused(_)));
        matches!(self.told.last(), Some(Told::Refused(status)) if *status != 403 || !open)
    }

    /// Checks the changes with these notes against what the client was told. Returns whether one
    /// was applied after a refusal.
    pub(super) fn agrees(&self, stored: &[&Value]) -> Result<bool, Violation> {
        let detail = (self, stored);
        unless(stored.len() <= 1, Kind::Twice, detail)?;
        let version = stored.first().and_then(|change| change["version"].as_u64());
        for told in &self.told {
            if let Told::Stored { version: acknowledged, .. } = told {
                unless(version.is_some(), Kind::Lost, detail)?;
                unless(version == Some(*acknowledged), Kind::Misquoted, detail)?;
            }
        }
        let by = stored.first().and_then(|change| change["requestId"].as_str());
        let by_refused = by.is_some_and(|by| self.refused.iter().any(|refused| refused == by));
        unless(!by_refused, Kind::RefusedAndStored, detail)?;
        let refused = self.is_refused();
        let late = refused && version.is_some_and(|version| self.may_land_late(version));
        unless(late || !refused || version.is_none(), Kind::RefusedAndStored, detail)?;
        let expected = self.if_match.as_deref().map(|tag| version_of(tag) + 1);
        let fine = expected.is_none() || version.is_none() || version == expected;
        unless(fine, Kind::Overwrote, detail)?;
        Ok(late)
    }
}

/// The version at the start of an entity tag.
pub(crate) fn version_of(tag: &str) -> u64 {
    let version = tag.trim_matches('"').split('-').next();
    version.and_then(|version| version.parse().ok()).expect("a version")
}
