//! Services and statuses as JSON. A field without a value is left out, never null.

use lambda_http::http::header::ETAG;
use serde::Serialize;

use super::{ETag, Problem, Response, json_response};
use crate::domain::{Change, Service, ServiceId, StatusRecord, Timestamp};

/// A service's status as GET and PUT return it, with its entity tag.
#[derive(Clone, Debug)]
pub struct Representation {
    etag: ETag,
    json: String,
}

impl Representation {
    /// The representation of an effective status ([`StatusRecord::effective_at`]).
    ///
    /// # Errors
    /// [`Problem::Internal`] if it cannot be written as JSON.
    pub fn new(id: ServiceId, name: &str, effective: StatusRecord) -> Result<Self, Problem> {
        let version = effective.version;
        let view = StatusBody::new(id, name.to_owned(), effective);
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
    notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_date: Option<String>,
}

impl StatusBody {
    fn new(id: ServiceId, name: String, effective: StatusRecord) -> Self {
        let text = |at: Timestamp| at.to_string();
        let reset_date_time = effective.status.reset_at().map(text);
        let (notes, modified_by, modified_date) = match effective.modified {
            Some(last) => (last.notes, Some(last.by), Some(text(last.at))),
            None => (None, None, None),
        };
        let status = effective.status.rag().as_str();
        Self { id: id.get(), name, status, reset_date_time, notes, modified_by, modified_date }
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
}

impl ListedService {
    /// The entry of a service, as readers see it at `now`.
    #[must_use]
    pub fn effective_at(service: Service, now: Timestamp) -> Self {
        let id = service.id();
        let details = service.details;
        Self {
            type_id: details.type_id,
            parent_id: details.path.parent().map(ServiceId::get),
            region: details.path.root().get(),
            town: details.town,
            postcode: details.postcode,
            ods_code: details.ods_code,
            status: StatusBody::new(id, details.name, service.record.effective_at(now)),
        }
    }
}
