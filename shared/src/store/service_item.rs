//! A row of the services table.

use std::fmt;

use serde::Deserialize;

use super::{
    StoreFault,
    attribute::{Item, from_item},
    keys::services,
};
use crate::domain::{
    CapacityStatus, HierarchyPath, Minutes, Modified, Rag, Reason, Service, ServiceDetails,
    ServiceId, StatusRecord, Timestamp,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceItem {
    id: u64,
    name: String,
    type_id: u64,
    path: String,
    town: Option<String>,
    postcode: Option<String>,
    ods_code: Option<String>,
    phone: Option<String>,
    review_after_minutes: Option<u32>,
    active: bool,
    version: Option<u64>,
    status: Option<String>,
    reset_date_time: Option<i64>,
    notes: Option<String>,
    reason: Option<String>,
    modified_by: Option<String>,
    modified_date: Option<i64>,
}

/// A row of the services table that cannot be read: attributes are missing, have another type, or contradict each other.
/// This is the number in its key. Displayed as `service <number>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRow(String);

impl UnreadableRow {
    /// The row of an item, or of an item of an index.
    pub(super) fn of_item(item: &Item) -> Self {
        Self(item.get(services::ID).and_then(|id| id.as_n().ok()).cloned().unwrap_or_default())
    }

    /// The service, unless the number is no service's.
    #[must_use]
    pub fn service(&self) -> Option<ServiceId> {
        self.0.parse().ok()
    }
}

impl fmt::Display for UnreadableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service {}", self.0)
    }
}

impl From<UnreadableRow> for StoreFault {
    fn from(row: UnreadableRow) -> Self {
        Self::Unreadable(row.to_string())
    }
}

/// Parses a row.
///
/// # Errors
/// The row cannot be read.
pub fn parse_service(item: Item) -> Result<Service, UnreadableRow> {
    let row = UnreadableRow::of_item(&item);
    // The text of the error would quote the item, which may hold notes.
    from_item(item).ok().and_then(ServiceItem::into_service).ok_or(row)
}

/// The id of a row, or of an item of an index.
pub(super) fn service_id(item: &Item) -> Option<ServiceId> {
    item.get(services::ID)?.as_n().ok()?.parse().ok()
}

impl ServiceItem {
    fn into_service(self) -> Option<Service> {
        let record = self.record()?;
        let path = HierarchyPath::parse(&self.path).filter(|path| path.id().get() == self.id)?;
        let details = ServiceDetails {
            name: self.name,
            type_id: self.type_id,
            path,
            town: self.town,
            postcode: self.postcode,
            ods_code: self.ods_code,
            phone: self.phone,
            review_after: self.review_after_minutes.map(Minutes),
            active: self.active,
        };
        Some(Service { details, record })
    }

    fn record(&self) -> Option<StatusRecord> {
        let Some(version) = self.version else {
            let untouched = self.status.is_none() && self.reset_date_time.is_none();
            return untouched.then(StatusRecord::never_updated);
        };
        let rag = Rag::parse(self.status.as_deref()?)?;
        let reset_at = match self.reset_date_time {
            None => None,
            Some(seconds) => Some(Timestamp::from_epoch_seconds(seconds)?),
        };
        let status = CapacityStatus::from_parts(rag, reset_at)?;
        let modified = Modified {
            at: Timestamp::from_epoch_seconds(self.modified_date?)?,
            by: self.modified_by.clone()?,
            notes: self.notes.clone(),
            reason: self.reason.clone().filter(|_| !rag.is_green()).map(Reason::stored),
        };
        (version > 0).then_some(StatusRecord { version, status, modified: Some(modified) })
    }
}
