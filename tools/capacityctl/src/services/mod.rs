//! Imports services: one `UpdateItem` with only the attributes that differ, for each service that differs.
//!
//! It never touches a status: it names no status attribute and puts no whole item.

mod plan;
mod summary;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use shared::{domain::ServiceId, store::keys::services as keys};

pub use plan::{ChangeKind, ImportPlan, MissingService, ServiceChange};
pub use summary::ImportSummary;

use crate::{
    Error,
    concurrency::{Interrupt, run_all},
    hierarchy::{self, StoredService},
    progress::Progress,
    scan::{self, Item, number, text},
    services_file::{self, ServiceRow, ServicesFile},
    update::{Update, UpdateOutcome},
};

/// The attributes that an import reads and writes.
const ATTRIBUTES: [&str; 10] = [
    keys::ID,
    keys::NAME,
    keys::TYPE_ID,
    keys::PARENT_ID,
    keys::TOWN,
    keys::POSTCODE,
    keys::ODS_CODE,
    keys::ACTIVE,
    keys::REGION,
    keys::PATH,
];

const ADVICE_IF_PARTIAL: &str = "run the same import again to write the rest: until then users assigned to the old \
                                 ancestors of a service that moves may still update it";

/// Imports a CSV or JSON file.
///
/// # Errors
///
/// An invalid file, a concurrent change, a fault of the store.
pub async fn import(client: &Client, table: &str, file: &[u8]) -> Result<ImportSummary, Error> {
    import_rows(client, table, services_file::parse(file)?).await
}

/// Imports rows that are valid by themselves.
///
/// # Errors
///
/// As [`import`].
pub async fn import_rows(
    client: &Client,
    table: &str,
    rows: Vec<ServiceRow>,
) -> Result<ImportSummary, Error> {
    let (progress, mut interrupt) = (Progress::silent(), Interrupt::never());
    let plan = plan(client, table, rows.into(), false, &progress).await?;
    plan.apply(client, table, &progress, &mut interrupt).await
}

/// Plans an import. Reads the whole table with strong consistency, to know all descendants and what an
/// interrupted import left undone.
///
/// # Errors
///
/// Rows that are invalid, or do not form a hierarchy together with the table. A fault of the store.
pub async fn plan(
    client: &Client,
    table: &str,
    mut file: ServicesFile,
    deactivate_missing: bool,
    progress: &Progress,
) -> Result<ImportPlan, Error> {
    let items = scan::items_with_progress(client, table, &ATTRIBUTES, progress).await;
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
        client: &Client,
        table: &str,
        progress: &Progress,
        interrupt: &mut Interrupt,
    ) -> Result<ImportSummary, Error> {
        let (summary, total) = (self.summary(), self.changes.len());
        progress.start_all("writing", total);
        // Changes of one depth that follow each other are written concurrently.
        let mut levels: Vec<(usize, Vec<Update>)> = Vec::new();
        for change in self.changes {
            let depth = change.path.ancestors().len();
            match levels.last_mut() {
                Some((level, updates)) if *level == depth => updates.push(change.update),
                _ => levels.push((depth, vec![change.update])),
            }
        }
        for (_, updates) in levels {
            let requests =
                updates.into_iter().map(|update| send(client.clone(), table.to_owned(), update));
            let written = run_all(requests, progress, interrupt).await;
            written.map_err(|error| Error::Partial {
                done: progress.position(),
                total,
                what: "rows were written",
                advice: ADVICE_IF_PARTIAL,
                source: Box::new(error),
            })?;
        }
        Ok(summary)
    }
}

/// The parent and path of a service as the table holds them.
pub(crate) fn stored_service(id: ServiceId, item: &Item) -> StoredService {
    let path = text(item, keys::PATH).unwrap_or_default();
    StoredService { id, parent: number(item, keys::PARENT_ID), path }
}

async fn send(client: Client, table: String, update: Update) -> Result<(), Error> {
    match update.send(&client, &table).await? {
        UpdateOutcome::Stored => Ok(()),
        UpdateOutcome::Refused => Err(Error::ConcurrentModification { table }),
    }
}
