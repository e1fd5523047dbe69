//! A change of what lists show of a service, but not of its status: the service's row counts it, and the table of recent
//! changes has a row of it for each region concerned.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use shared::{
    domain::{HierarchyPath, ServiceId, Timestamp},
    store::{Changed, keys::services as keys, put_change_row},
};

use crate::{
    Error,
    scan::{Item, text},
    update::Update,
};

/// A change of a service as the table holds it.
#[derive(Clone, Debug)]
pub(crate) struct DirectoryChange {
    service: ServiceId,
    /// How many changes there were before; `None`: the row does not say.
    before: Option<AttributeValue>,
    /// The service's region, and if it moves to another one both.
    regions: BTreeSet<ServiceId>,
}

impl DirectoryChange {
    /// A change of this service; without an item it is new.
    pub(crate) fn of(service: ServiceId, stored: Option<&Item>) -> Self {
        let path = stored.and_then(|item| HierarchyPath::parse(&text(item, keys::PATH)?));
        let before = stored.and_then(|item| item.get(keys::DIRECTORY_VERSION).cloned());
        Self { service, before, regions: path.iter().map(HierarchyPath::root).collect() }
    }

    /// The same, if the service is in this region afterwards.
    pub(super) fn to(mut self, region: ServiceId) -> Self {
        self.regions.insert(region);
        self
    }

    /// The regions whose followers have to know.
    pub(super) const fn regions(&self) -> &BTreeSet<ServiceId> {
        &self.regions
    }

    /// Counts the change in the service's row, unless somebody else has counted another since.
    pub(crate) fn count(&self, update: Update) -> Update {
        let version = AttributeValue::N(self.version().to_string());
        update
            .set(keys::DIRECTORY_VERSION, version)
            .only_if(keys::DIRECTORY_VERSION, self.before.clone())
    }

    /// The rows of the change, if it is made at this time. Regions that `has_row` excludes have none.
    ///
    /// # Errors
    ///
    /// The request cannot be built.
    pub(crate) fn rows(
        &self,
        table: &str,
        at: Timestamp,
        has_row: impl Fn(ServiceId) -> bool,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let changed = self.changed();
        let regions = self.regions.iter().filter(|region| has_row(**region));
        regions.map(|region| change_row(table, *region, changed, at)).collect()
    }

    /// What the rows of the change say.
    pub(super) fn changed(&self) -> Changed {
        Changed::Directory(self.service, self.version())
    }

    fn version(&self) -> u64 {
        let before = self.before.as_ref().and_then(|value| value.as_n().ok()?.parse::<u64>().ok());
        before.unwrap_or_default().saturating_add(1)
    }
}

/// The write of a row of the table of recent changes.
///
/// # Errors
///
/// The request cannot be built.
pub(super) fn change_row(
    table: &str,
    region: ServiceId,
    changed: Changed,
    at: Timestamp,
) -> Result<TransactWriteItem, Error> {
    let put = put_change_row(table, region, changed, at)
        .map_err(|fault| Error::Fault { tables: format!("table {table}"), fault })?;
    Ok(TransactWriteItem::builder().put(put).build())
}
