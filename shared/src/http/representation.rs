//! Services and statuses as JSON. A field without a value is left out, never null.

use lambda_http::http::header::ETAG;
use serde::Serialize;

use super::{ETag, Problem, Response, json_response};
use crate::domain::{Change, Reason, Service, ServiceDetails, ServiceId, StatusRecord, Timestamp};

/// A service's status as GET and PUT return it, with its entity tag.
#[derive(Clone, Debug)]
pub struct Representation {
    etag: ETag,
    json: String,
}

impl Representation {
    /// The representation of a service's effective status ([`StatusRecord::effective_at`]).
    ///
    /// # Errors
    /// [`Problem::Internal`] if it cannot be written as JSON.
    pub fn new(service: &ServiceDetails, effective: StatusRecord) -> Result<Self, Problem> {
        let version = effective.version;
        let view = StatusBody::new(service, effective);
        let json = serde_json::to_string(&view).map_err(Problem::internal)?;
        Ok(Self { etag: ETag::new(version, &json), json })
    }

    /// The entity tag.
    #[must_use]
    pub const fn etag(&self) -> &ETag {
        &self.etag
    }

    /// The JSON text.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The answer with status 200 and without the entity tag, for a status of the past.
    #[must_use]
    pub fn into_untagged_response(self) -> Response {
        json_response(self.json)
    }

    /// The answer with status 200.
    #[must_use]
    pub fn into_response(self) -> Response {
        let mut response = json_response(self.json);
        response.headers_mut().insert(ETAG, self.etag.header());
        response
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusBody {
    id: u64,
    name: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review_due_date_time: Option<String>,
}

impl StatusBody {
    fn new(service: &ServiceDetails, effective: StatusRecord) -> Self {
        let text = |at: Timestamp| at.to_string();
        let review_due = service.review_after.and_then(|after| effective.review_due(after));
        let body = Self {
            id: service.path.id().get(),
            name: service.name.clone(),
            status: effective.status.rag().as_str(),
            reset_date_time: effective.status.reset_at().map(text),
            reason: None,
            notes: None,
            modified_by: None,
            modified_date: None,
            review_due_date_time: review_due.map(text),
        };
        match effective.modified {
            None => body,
            Some(last) => Self {
                reason: last.reason.map(Reason::into_string),
                notes: last.notes,
                modified_by: Some(last.by),
                modified_date: Some(text(last.at)),
                ..body
            },
        }
    }
}

/// An entry of a history: one change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    version: u64,
    cause: &'static str,
    status: &'static str,
    previous_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    modified_by: String,
    modified_date: String,
}

impl From<Change> for HistoryEntry {
    fn from(change: Change) -> Self {
        Self {
            version: change.version,
            cause: change.cause.as_str(),
            status: change.status.rag().as_str(),
            previous_status: change.previous.as_str(),
            reset_date_time: change.status.reset_at().map(|at| at.to_string()),
            reason: change.reason.map(Reason::into_string),
            notes: change.notes,
            modified_by: change.by.username,
            modified_date: change.at.to_string(),
        }
    }
}

/// An entry of a list: the status, and the directory's details of the service.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedService {
    #[serde(flatten)]
    status: StatusBody,
    type_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<u64>,
    region: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    town: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ods_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl ListedService {
    /// The entry of a service, as readers see it at `now`.
    #[must_use]
    pub fn effective_at(service: Service, now: Timestamp) -> Self {
        let status = StatusBody::new(&service.details, service.record.effective_at(now));
        let details = service.details;
        Self {
            status,
            type_id: details.type_id,
            parent_id: details.path.parent().map(ServiceId::get),
            region: details.path.root().get(),
            town: details.town,
            postcode: details.postcode,
            ods_code: details.ods_code,
            phone: details.phone,
        }
    }
}
