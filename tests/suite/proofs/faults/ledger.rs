//! What clients were told, and whether the tables agree.

use std::{collections::HashMap, fmt};

use serde_json::{Value, json};

use crate::harness::{App, Call, Reply};

/// What the API puts before the notes that it is given.
const PREFIX: &str = "Capacity status set by Capacity Status API - ";

/// An update that a client wants, under notes that no other has.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) service: u64,
    pub(crate) status: &'static str,
    pub(crate) minutes: u32,
    pub(crate) notes: String,
    pub(crate) key: Option<String>,
    pub(crate) if_match: Option<String>,
    /// What the client was told, each time that it asked.
    pub(crate) told: Vec<Told>,
    /// The version that the service was on, as a refusal by `If-Match` has said.
    pub(crate) refused_on: Option<u64>,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is stored as that version.
    Stored { version: u64, replayed: bool },
    /// It is not, nor will this sending make it so.
    Refused(u16),
    /// It may be, now or later.
    Unknown(u16),
}

/// What can be wrong with the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An update was acknowledged and is not in history.
    Lost,
    /// An update is in history twice.
    Twice,
    /// An update was refused and is in history.
    RefusedAndStored,
    /// An update was answered by a fault of the function, where only the store failed.
    Broken,
    /// An update is not what was acknowledged.
    Misquoted,
    /// An update stands on another version than it was to be applied on.
    Overwrote,
    /// A change in history that nobody asked for.
    Unasked,
    /// Versions have a gap, or stand twice.
    Versions,
    /// A date is before its predecessor's, or a reset's is not its deadline.
    Dates,
    /// A change does not follow from the one before.
    Chain,
    /// The service's row is not as its last change left it.
    Record,
    /// A reader was shown something else than the service's status.
    Shown,
}

/// One thing that is wrong, and where.
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

/// Nothing, unless the condition holds.
pub(crate) fn unless(fine: bool, kind: Kind, detail: impl fmt::Debug) -> Result<(), Violation> {
    if fine { Ok(()) } else { Err(Violation::new(kind, detail)) }
}

impl Update {
    /// It as a request.
    pub(crate) fn call<'a>(&self, app: &'a App) -> Call<'a> {
        let body = json!({
            "status": self.status, "resetStatusIn": self.minutes, "notes": self.notes,
        });
        let mut call = app.put(self.service, body).by("editor");
        for (name, value) in [("idempotency-key", &self.key), ("if-match", &self.if_match)] {
            if let Some(value) = value {
                call = call.header(name, value);
            }
        }
        call
    }

    /// Remembers an answer.
    ///
    /// # Errors
    /// It acknowledges another update.
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
                self.refused_on = (status == 412).then(|| version_of(reply.header("etag")));
                Told::Refused(status)
            }
            status => Told::Unknown(status),
        };
        self.told.push(told);
        Ok(told)
    }

    /// Holds every answer to be one that a failing store explains.
    ///
    /// # Errors
    /// One is a fault of the function, such as 500.
    pub(crate) fn had_no_fault(&self) -> Result<(), Violation> {
        let explained = |told: &Told| !matches!(told, Told::Unknown(status) if *status != 503);
        unless(self.told.iter().all(explained), Kind::Broken, self)
    }

    /// Whether a reader is shown it.
    pub(crate) fn is_shown_by(&self, reply: &Reply) -> bool {
        reply.ok()["notes"].as_str() == Some(self.stored_notes().as_str())
    }

    fn stored_notes(&self) -> String {
        format!("{PREFIX}{}", self.notes)
    }

    /// Whether a sending that had no answer may have landed after a refusal. It may where the refusal
    /// was by a deadline alone: the version that readers are shown is then not stored, and it is the
    /// change that was under way which takes its number.
    fn may_land_late(&self, version: u64) -> bool {
        let unanswered = self.told.iter().any(|told| matches!(told, Told::Unknown(_)));
        unanswered && self.refused_on == Some(version)
    }

    /// Holds the changes that bear these notes to what the client was told. Answers whether one landed
    /// after a refusal.
    fn agrees(&self, stored: &[&Value]) -> Result<bool, Violation> {
        let detail = (self, stored);
        unless(stored.len() <= 1, Kind::Twice, detail)?;
        let version = stored.first().and_then(|change| change["version"].as_u64());
        for told in &self.told {
            if let Told::Stored { version: acknowledged, .. } = told {
                unless(version.is_some(), Kind::Lost, detail)?;
                unless(version == Some(*acknowledged), Kind::Misquoted, detail)?;
            }
        }
        let refused = matches!(self.told.last(), Some(Told::Refused(_)));
        let late = refused && version.is_some_and(|version| self.may_land_late(version));
        unless(late || !refused || version.is_none(), Kind::RefusedAndStored, detail)?;
        let expected = self.if_match.as_deref().map(|tag| version_of(tag) + 1);
        let fine = expected.is_none() || version.is_none() || version == expected;
        unless(fine, Kind::Overwrote, detail)?;
        Ok(late)
    }
}

/// The version that an entity tag begins with.
pub(crate) fn version_of(tag: &str) -> u64 {
    let version = tag.trim_matches('"').split('-').next();
    version.and_then(|version| version.parse().ok()).expect("a version")
}

/// Holds the tables to what clients were told of a service. Answers how many updates landed after a
/// refusal.
///
/// # Errors
/// They do not agree, or what is stored does not hang together.
pub(crate) async fn check(app: &App, service: u64, updates: &[Update]) -> Result<u64, Violation> {
    let mut late = 0;
    let history = app.history(service).await;
    let mut by_notes: HashMap<String, Vec<&Value>> = HashMap::new();
    for change in history.iter().filter(|change| change["cause"] == "update") {
        let notes = change["notes"].as_str().unwrap_or_default().to_owned();
        by_notes.entry(notes).or_default().push(change);
    }
    for update in updates.iter().filter(|update| update.service == service) {
        let stored = by_notes.remove(&update.stored_notes()).unwrap_or_default();
        late += u64::from(update.agrees(&stored)?);
    }
    unless(by_notes.is_empty(), Kind::Unasked, &by_notes)?;
    hangs_together(&history)?;
    let row: Value = serde_dynamo::from_item(app.row(service).await).expect("JSON");
    is_as_left_by(&row, history.last())?;
    Ok(late)
}

fn hangs_together(history: &[Value]) -> Result<(), Violation> {
    let versions = history.iter().map(|change| change["version"].as_u64());
    let fine = versions.eq((1..).take(history.len()).map(Some));
    unless(fine, Kind::Versions, history)?;
    let first = history.first().filter(|first| first["previousStatus"] != "GREEN");
    unless(first.is_none(), Kind::Chain, first)?;
    for pair in history.windows(2) {
        let [before, after] = pair else { continue };
        unless(date(after, "date") >= date(before, "date"), Kind::Dates, pair)?;
        unless(after["previousStatus"] == before["status"], Kind::Chain, pair)?;
        let deadline = date(before, "resetDateTime");
        if after["cause"] == "reset" {
            unless(date(after, "date") == deadline, Kind::Dates, pair)?;
            unless(after["status"] == "GREEN", Kind::Chain, pair)?;
        } else {
            let in_time = deadline.is_none() || date(after, "date") < deadline;
            unless(in_time, Kind::Chain, pair)?;
        }
    }
    Ok(())
}

fn date(change: &Value, name: &str) -> Option<i64> {
    change[name].as_i64()
}

/// Whether a service's row is as its last change left it.
fn is_as_left_by(row: &Value, last: Option<&Value>) -> Result<(), Violation> {
    let Some(last) = last else {
        return unless(row["version"].is_null(), Kind::Record, row);
    };
    let named = [
        ("version", "version"),
        ("status", "status"),
        ("resetDateTime", "resetDateTime"),
        ("notes", "notes"),
        ("modifiedBy", "username"),
        ("modifiedDate", "date"),
    ];
    let fine = named.iter().all(|(own, change)| row[own] == last[change]);
    unless(fine, Kind::Record, (row, last))
}
