//! Where the directory is stored, and how one of its services is written.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::{Client, types::TransactWriteItem};
use shared::{
    domain::ServiceId,
    http::Clock,
    store::{Changed, TableNames, keys::services as keys},
};

use super::{ServiceChange, directory_change::change_row};
use crate::{
    Error, audit::Audit, concurrency::MAX_DECISIONS, service, transaction, update::UpdateOutcome,
};

/// The most changes of a region that have a row each. With more of them its followers are told to read its list. A poll
/// takes 500 rows of some eleven minutes, and the import must leave room for other changes: above 500 every poll of that
/// time makes its follower read the list.
const MAX_ROWS: usize = 200;

/// Where the directory is stored.
#[derive(Clone)]
pub struct Directory {
    /// The client for the tables.
    pub client: Client,
    /// The name of the services table.
    pub services: String,
    /// The name of the table of recent changes.
    pub changes: String,
    /// Records who changes it. Only sample data has none.
    pub audit: Option<Audit>,
    /// Dates the changes.
    pub clock: Clock,
}

impl Directory {
    /// The directory in these tables, for sample data.
    #[must_use]
    pub fn new(client: &Client, tables: &TableNames) -> Self {
        Self {
            client: client.clone(),
            services: tables.services.clone(),
            changes: tables.changes.clone(),
            audit: None,
            clock: Clock::system(),
        }
    }

    /// Writes a service, with the rows of the change in the regions that are not among `many`.
    ///
    /// # Errors
    ///
    /// A concurrent change, a fault of the store.
    pub(super) async fn write(
        self,
        change: ServiceChange,
        many: BTreeSet<ServiceId>,
    ) -> Result<(), Error> {
        for _ in 0..MAX_DECISIONS {
            let writes = self.writes(&change, &many)?;
            match transaction::send_soon(&self.client, &self.table_names(), writes).await? {
                UpdateOutcome::Stored => return Ok(()),
                UpdateOutcome::Refused => {}
            }
            // It may be stored although it was refused: by an earlier request, or by somebody else. Then its rows may become
            // visible later than the service, so they are stored once more.
            let stored = service::stored(&self.client, &self.services, change.path.id()).await?;
            if change.update.differences(stored.as_ref()).is_empty() {
                for region in change.directory.regions().difference(&many) {
                    self.tell(*region, change.directory.changed()).await?;
                }
                return Ok(());
            }
        }
        Err(Error::ConcurrentModification { table: self.services })
    }

    fn writes(
        &self,
        change: &ServiceChange,
        many: &BTreeSet<ServiceId>,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let ServiceChange { path, update, activity, directory, .. } = change;
        let mut update = directory.count(update.clone());
        let has_row = |region| !many.contains(&region);
        let mut writes = directory.rows(&self.changes, self.clock.now(), has_row)?;
        if let (Some(activity), Some(audit)) = (activity, &self.audit) {
            update = update.only_if(keys::ACTIVE, activity.before.clone());
            writes.push(audit.put(activity.clone().into_row(path.id()))?);
        }
        writes.push(update.into_write(&self.services)?);
        Ok(writes)
    }

    /// Tells the followers of these regions that so much has changed that they have to read everything.
    ///
    /// # Errors
    ///
    /// A fault of the store.
    pub(super) async fn tell_of_many(&self, regions: &BTreeSet<ServiceId>) -> Result<(), Error> {
        for region in regions {
            self.tell(*region, Changed::Many).await?;
        }
        Ok(())
    }

    async fn tell(&self, region: ServiceId, changed: Changed) -> Result<(), Error> {
        for _ in 0..MAX_DECISIONS {
            let row = change_row(&self.changes, region, changed, self.clock.now())?;
            match transaction::send_soon(&self.client, &self.changes, vec![row]).await? {
                UpdateOutcome::Stored => return Ok(()),
                UpdateOutcome::Refused => {}
            }
        }
        Err(Error::ConcurrentModification { table: self.changes.clone() })
    }

    fn table_names(&self) -> String {
        let Self { services, changes, .. } = self;
        match &self.audit {
            None => format!("{services} or {changes}"),
            Some(audit) => format!("{services}, {changes} or {}", audit.table()),
        }
    }
}

/// The regions in which so many services change that the changes have no rows of their own.
pub(super) fn regions_with_many(changes: &[ServiceChange]) -> BTreeSet<ServiceId> {
    let mut counts = BTreeMap::new();
    for region in changes.iter().flat_map(|change| change.directory.regions()) {
        *counts.entry(*region).or_insert(0) += 1;
    }
    counts.into_iter().filter_map(|(region, count)| (count > MAX_ROWS).then_some(region)).collect()
}
