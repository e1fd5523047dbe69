//! Services, changes, requests and answers, as the contract describes them.

use serde_json::{Value, json};

use super::{
    calendar::text,
    operation::{Body, Place},
};

/// Invalid bodies, with the fields that the answer names.
pub(super) const BAD_BODIES: [(&str, &[&str]); 5] = [
    ("{}", &["VAL-0001"]),
    (r#"{"status": "BLUE"}"#, &["VAL-0002"]),
    (r#"{"status": "GREEN", "resetStatusIn": 1441}"#, &["VAL-0004"]),
    (r#"{"status": "RED", "resetStatusIn": 1.5, "notes": " "}"#, &["VAL-0003", "VAL-0006"]),
    (r#"{"status": null, "resetStatusIn": -1}"#, &["VAL-0002", "VAL-0004"]),
];

/// A change of a status, as history has it.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) version: u64,
    pub(super) status: &'static str,
    pub(super) previous: &'static str,
    pub(super) deadline: Option<i64>,
    pub(super) notes: Option<String>,
    /// The subject; `None` for a reset.
    pub(super) by: Option<&'static str>,
    pub(super) date: i64,
    pub(super) recorded_at: i64,
    pub(super) request_id: String,
}

impl Change {
    fn username(&self) -> String {
        self.by.map_or("automatic reset".to_owned(), |by| format!("{by}-name"))
    }

    /// The change as an answer shows it.
    pub(super) fn entry(&self) -> Value {
        without_null(json!({
            "version": self.version,
            "cause": if self.by.is_some() { "update" } else { "reset" },
            "status": self.status,
            "previousStatus": self.previous,
            "resetDateTime": self.deadline.map(text),
            "notes": self.notes,
            "modifiedBy": self.username(),
            "modifiedDate": text(self.date),
        }))
    }

    /// The change as the table has it.
    pub(super) fn row(&self, service: u64) -> Value {
        without_null(json!({
            "serviceId": service,
            "at": format!("{:012}#{:012}", self.date, self.version),
            "version": self.version,
            "status": self.status,
            "previousStatus": self.previous,
            "date": self.date,
            "resetDateTime": self.deadline,
            "notes": self.notes,
            "subject": self.by,
            "username": self.username(),
            "cause": if self.by.is_some() { "update" } else { "reset" },
            "recordedAt": self.recorded_at,
            "requestId": self.request_id,
        }))
    }
}

/// A service of the family, with its stored changes, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) place: Place,
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) region: u64,
    pub(super) parent: Option<u64>,
    pub(super) changes: Vec<Change>,
}

impl Service {
    /// The current-status attributes in its row.
    pub(super) fn record(&self) -> Value {
        let Some(last) = self.changes.last() else { return json!({}) };
        without_null(json!({
            "version": last.version,
            "status": last.status,
            "resetDateTime": last.deadline,
            "resetShard": last.deadline.map(|_| self.id % 8),
            "notes": last.notes,
            "modifiedBy": last.username(),
            "modifiedDate": last.date,
        }))
    }
}

/// A status as a client sees it. Equal ones have the same entity tag, different ones different
/// tags.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) version: u64,
    pub(super) body: Value,
}

/// The tags in a conditional request.
pub(super) enum Tags {
    Any,
    /// The representation that each tag stands for.
    Of(Vec<Shown>),
}

impl Tags {
    pub(super) fn name(&self, shown: &Shown) -> bool {
        match self {
            Self::Any => true,
            Self::Of(known) => known.contains(shown),
        }
    }
}

/// The expected answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// 200 with an entity tag.
    Status(Shown),
    /// The same, replayed for a repeated request.
    Repeated(Shown),
    /// 304 with the entity tag of the current representation.
    NotModified(Shown),
    /// 412 with the entity tag of the current representation.
    PreconditionFailed(Shown),
    /// 400 for these fields.
    Invalid(Vec<&'static str>),
    Refused(u16, &'static str),
    /// 200 without an entity tag.
    Plain(Value),
    /// The entries of a history.
    History(Vec<Value>),
}

/// An update as it reaches the service.
pub(super) struct Update<'a> {
    pub(super) by: &'static str,
    pub(super) place: Place,
    pub(super) body: Body,
    pub(super) if_match: Option<Tags>,
    pub(super) if_none_match: Option<Tags>,
    pub(super) key: Option<u8>,
    pub(super) request_id: &'a str,
}

/// What a scheduled run reports.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ScheduledRun {
    pub(super) done: u64,
    pub(super) lag: i64,
}

/// How a service is shown after a change.
pub(super) fn after(service: &Service, last: Option<&Change>) -> Shown {
    let body = without_null(json!({
        "id": service.id,
        "name": service.name,
        "status": last.map_or("GREEN", |last| last.status),
        "resetDateTime": last.and_then(|last| last.deadline).map(text),
        "notes": last.and_then(|last| last.notes.clone()),
        "modifiedBy": last.map(Change::username),
        "modifiedDate": last.map(|last| text(last.date)),
    }));
    Shown { version: last.map_or(0, |last| last.version), body }
}

fn without_null(mut object: Value) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    object
}
