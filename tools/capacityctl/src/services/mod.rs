//! Imports services: one transaction for each service that differs. It updates only the attributes that differ, and has
//! the row of the change for those who follow the region. If it activates or deactivates the service, it has a row of the
//! audit table too.
//!
//! It never touches a status: it names no status attribute and puts no whole item.

mod activity;
mod directory;
mod directory_change;
mod plan;
mod summary;
mod unfinished;

use std::collections::{BTreeSet, HashMap};

use shared::{domain::ServiceId, store::keys::services as keys};

pub(crate) use activity::ActivityChange;
pub use directory::Directory;
pub(crate) use directory_change::DirectoryChange;
pub use plan::{ChangeKind, ImportPlan, MissingService, ServiceChange};
pub use summary::ImportSummary;

use self::directory::regions_with_many;
use crate::{
    Error,
    concurrency::{Interrupt, run_all},
    hierarchy::{self, StoredService},
    progress::Progress,
    scan::{self, Item, number, text},
    services_file::{self, ServiceRow, ServicesFile},
};

/// The attributes that an import reads and writes.
const ATTRIBUTES: [&str; 13] = [
    keys::ID,
    keys::NAME,
    keys::TYPE_ID,
    keys::PARENT_ID,
    keys::TOWN,
    keys::POSTCODE,
    keys::ODS_CODE,
    keys::PHONE,
    keys::REVIEW_AFTER_MINUTES,
    keys::ACTIVE,
    keys::REGION,
    keys::PATH,
    keys::DIRECTORY_VERSION,
];

const ADVICE_IF_PARTIAL: &str = "run the same import again to write the rest: until then users assigned to the old \
                                 ancestors of a service that moves may still update it";

/// Imports a CSV or JSON file.
///
/// # Errors
///
/// An invalid file, a concurrent change, a fault of the store.
pub async fn import(directory: &Directory, file: &[u8]) -> Result<ImportSummary, Error> {
    import_rows(directory, services_file::parse(file)?).await
}

/// Imports rows that are valid by themselves.
///
/// # Errors
///
/// As [`import`].
pub async fn import_rows(
    directory: &Directory,
    rows: Vec<ServiceRow>,
) -> Result<ImportSummary, Error> {
    let (progress, mut interrupt) = (Progress::silent(), Interrupt::never());
    let plan = plan(directory, rows.into(), false, &progress).await?;
    plan.apply(directory, &progress, &mut interrupt).await
}

/// Plans an import. Reads the whole table with strong consistency, to know all descendants and what an
/// interrupted import left undone.
///
/// # Errors
///
/// Rows that are invalid, or do not form a hierarchy together with the table. A fault of the store.
pub async fn plan(
    directory: &Directory,
    mut file: ServicesFile,
    deactivate_missing: bool,
    progress: &Progress,
) -> Result<ImportPlan, Error> {
    let Directory { client, services, .. } = directory;
    let items = scan::items_with_progress(client, services, &ATTRIBUTES, progress).await;
    let items = file.problems.problems_or(items)?;
    let items = items.into_iter().filter_map(|item| Some((number(&item, keys::ID)?, item)));
    let items: HashMap<ServiceId, Item> = items.collect();
    let stored: Vec<StoredService> =
        items.iter().map(|(id, item)| stored_service(*id, item)).collect();
    let hierarchy = hierarchy::resolve(file, &stored)?;
    Ok(ImportPlan::new(hierarchy, &items, deactivate_missing))
}

impl ImportPlan {
    /// Writes the changes.
    ///
    /// # Errors
    ///
    /// A concurrent change, a fault of the store, an interrupt. What was written stays; importing the same
    /// file again writes the rest.
    pub async fn apply(
        self,
        directory: &Directory,
        progress: &Progress,
        interrupt: &mut Interrupt,
    ) -> Result<ImportSummary, Error> {
        let (summary, total) = (self.summary(), self.changes.len());
        progress.start_all("writing", total);
        let mut many = regions_with_many(&self.changes);
        many.extend(directory.unfinished().await?);
        directory.begin(&many).await?;
        directory.tell_of_many(&many).await?;
        let written = write_all(directory, self.changes, &many, progress, interrupt).await;
        // Also of an import that stopped: who read everything since it began has read only a part of it.
        let told = directory.tell_of_many(&many).await;
        let ended = match written.and(told) {
            Ok(()) => directory.end(&many).await,
            stopped => stopped,
        };
        ended.map_err(|error| Error::Partial {
            done: progress.position(),
            total,
            what: "rows were written",
            advice: ADVICE_IF_PARTIAL,
            source: Box::new(error),
        })?;
        Ok(summary)
    }
}

/// Writes the changes in their order. Those of one depth that follow each other are written concurrently.
async fn write_all(
    directory: &Directory,
    changes: Vec<ServiceChange>,
    many: &BTreeSet<ServiceId>,
    progress: &Progress,
    interrupt: &mut Interrupt,
) -> Result<(), Error> {
    let mut levels: Vec<(usize, Vec<ServiceChange>)> = Vec::new();
    for change in changes {
        let depth = change.path.ancestors().len();
        match levels.last_mut() {
            Some((level, changes)) if *level == depth => changes.push(change),
            _ => levels.push((depth, vec![change])),
        }
    }
    for (_, changes) in levels {
        let requests =
            changes.into_iter().map(|change| directory.clone().write(change, many.clone()));
        run_all(requests, progress, interrupt).await?;
    }
    Ok(())
}

/// The parent and path of a service as the table holds them.
pub(crate) fn stored_service(id: ServiceId, item: &Item) -> StoredService {
    let path = text(item, keys::PATH).unwrap_or_default();
    StoredService { id, parent: number(item, keys::PARENT_ID), path }
}
