//! Services, changes, requests and answers, as the contract describes them.

use serde_json::{Value, json};

use super::{
    calendar::text,
    operation::{Body, Place, Resource, Review},
};

/// The phone number of the services that have one.
pub(super) const PHONE: &str = "020 7946 0018";

/// Invalid bodies, with the codes of the fields that the answer names: of an update, and of a moved
/// deadline.
pub(super) const BAD_BODIES: [(&str, &[&str], &[&str]); 6] = [
    ("{}", &["VAL-0001"], &["VAL-0008"]),
    (r#"{"status": "BLUE"}"#, &["VAL-0002"], &["VAL-0008"]),
    (r#"{"status": "GREEN", "resetStatusIn": 1441}"#, &["VAL-0004"], &["VAL-0004"]),
    (
        r#"{"status": "RED", "resetStatusIn": 1.5, "notes": " ", "reason": "IT"}"#,
        &["VAL-0003", "VAL-0006"],
        &["VAL-0003"],
    ),
    (
        r#"{"status": null, "resetStatusIn": -1, "reason": "I T"}"#,
        &["VAL-0002", "VAL-0004", "VAL-0007"],
        &["VAL-0004"],
    ),
    (
        r#"{"status": "GREEN", "resetStatusIn": null, "reason": null}"#,
        &["VAL-0003", "VAL-0007"],
        &["VAL-0003"],
    ),
];

/// How a status came to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Update,
    Deadline,
    Reset,
}

impl Cause {
    const fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Deadline => "deadline",
            Self::Reset => "reset",
        }
    }
}

/// A change of a status, as history has it.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) version: u64,
    pub(super) status: &'static str,
    pub(super) previous: &'static str,
    pub(super) deadline: Option<i64>,
    pub(super) notes: Option<String>,
    pub(super) reason: Option<String>,
    /// The subject; `None` for a reset.
    pub(super) by: Option<&'static str>,
    pub(super) cause: Cause,
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
            "cause": self.cause.name(),
            "status": self.status,
            "previousStatus": self.previous,
            "resetDateTime": self.deadline.map(text),
            "reason": self.reason,
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
            "reason": self.reason,
            "notes": self.notes,
            "subject": self.by,
            "username": self.username(),
            "cause": self.cause.name(),
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
    pub(super) review: Review,
    pub(super) changes: Vec<Change>,
}

impl Service {
    /// When the status after this change is due for review: a GREEN that nobody confirmed at once.
    pub(super) fn review_due(&self, last: &Change) -> Option<i64> {
        let after = 60 * i64::from(self.review.after?);
        Some(last.date + if last.cause == Cause::Reset { 0 } else { after })
    }

    /// The current-status attributes in its row.
    pub(super) fn record(&self) -> Value {
        let Some(last) = self.changes.last() else { return json!({}) };
        without_null(json!({
            "version": last.version,
            "status": last.status,
            "resetDateTime": last.deadline,
            "resetShard": last.deadline.map(|_| self.id % 8),
            "reason": last.reason,
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

/// An update or a moved deadline as it reaches the service.
pub(super) struct Update<'a> {
    pub(super) resource: Resource,
    pub(super) by: &'static str,
    pub(super) place: Place,
    pub(super) body: Body,
    pub(super) if_match: Option<Tags>,
    /// Whether `If-Match` is a list of tags.
    pub(super) names_tag: bool,
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
        "reason": last.and_then(|last| last.reason.clone()),
        "notes": last.and_then(|last| last.notes.clone()),
        "modifiedBy": last.map(Change::username),
        "modifiedDate": last.map(|last| text(last.date)),
        "reviewDueDateTime": last.and_then(|last| service.review_due(last)).map(text),
    }));
    Shown { version: last.map_or(0, |last| last.version), body }
}

fn without_null(mut object: Value) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    object
}
