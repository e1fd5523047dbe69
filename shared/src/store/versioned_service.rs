//! Services with the versions of their rows, which tell a reader of recent changes what it has seen.

use std::collections::HashMap;

use super::{
    Changed, ServicesTable, StoreFault, UnreadableRow,
    attribute::{Item, KeyNumber},
    keys::services,
    read_units::UnitBudget,
    service_item::parse_service,
};
use crate::domain::{Service, ServiceId};

/// The most rows of one `BatchGetItem`.
const AT_ONCE: usize = 100;

/// A row of the services table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionedService {
    /// The service, if the row can be read.
    pub service: Result<Service, UnreadableRow>,
    version: u64,
    directory_version: u64,
}

impl ServicesTable {
    /// The rows of these services, read strongly consistently: of as many of them, from the first one on, as 250 read
    /// units allow, less those that are spent already. Returns how many that were. Ids without a row are left out.
    ///
    /// # Errors
    /// The store failed.
    pub async fn versioned(
        &self,
        ids: &[ServiceId],
        spent_units: f64,
    ) -> Result<(usize, HashMap<ServiceId, VersionedService>), StoreFault> {
        let (mut budget, mut rest, mut found) = (UnitBudget::new(), ids, HashMap::new());
        budget.spend(spent_units);
        loop {
            let count = budget.rows(rest.len().min(AT_ONCE));
            if count == 0 {
                return Ok((ids.len() - rest.len(), found));
            }
            let (next, later) = rest.split_at(count);
            let (rows, units) = self.rows(next).await?;
            budget.spend(units);
            found.extend(rows.into_iter().map(|(id, row)| (id, VersionedService::of_item(row))));
            rest = later;
        }
    }
}

impl VersionedService {
    fn of_item(item: Item) -> Self {
        let number = |name| KeyNumber::of_item(&item, name).and_then(|number| number.parse());
        let (version, directory_version) =
            (number(services::VERSION), number(services::DIRECTORY_VERSION));
        Self {
            version: version.unwrap_or_default(),
            directory_version: directory_version.unwrap_or_default(),
            service: parse_service(item),
        }
    }

    /// Whether the row has this change.
    #[must_use]
    pub const fn has(&self, changed: Changed) -> bool {
        match changed {
            Changed::Status(_, version) => version <= self.version,
            Changed::Directory(_, version) => version <= self.directory_version,
            Changed::Many => false,
        }
    }
}
