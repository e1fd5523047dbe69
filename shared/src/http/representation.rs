//! How a service and its status go over the wire. A field without a value is left out, never null.

use serde::Serialize;

use crate::domain::{Service, ServiceId, StatusRecord, Timestamp};

/// The answer of GET and PUT.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityStatusView {
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

impl CapacityStatusView {
    /// Shows a status that has been judged by the clock already ([`StatusRecord::shown_at`]).
    #[must_use]
    pub fn new(id: ServiceId, name: String, shown: StatusRecord) -> Self {
        let text = |at: Timestamp| at.to_string();
        let reset_date_time = shown.status.reset_at().map(text);
        let (notes, modified_by, modified_date) = match shown.modified {
            Some(last) => (last.notes, Some(last.by), Some(text(last.at))),
            None => (None, None, None),
        };
        let status = shown.status.rag().as_str();
        Self { id: id.get(), name, status, reset_date_time, notes, modified_by, modified_date }
    }
}

/// An entry of a list: the status, and what the directory says of the service.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedService {
    #[serde(flatten)]
    status: CapacityStatusView,
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
    /// Shows a service as a reader at `now` sees it.
    #[must_use]
    pub fn shown_at(service: Service, now: Timestamp) -> Self {
        let id = service.id();
        let directory = service.directory;
        Self {
            type_id: directory.type_id,
            parent_id: directory.lineage.parent().map(ServiceId::get),
            region: directory.lineage.root().get(),
            town: directory.town,
            postcode: directory.postcode,
            ods_code: directory.ods_code,
            status: CapacityStatusView::new(id, directory.name, service.record.shown_at(now)),
        }
    }
}
