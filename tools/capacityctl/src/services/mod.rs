//! Imports services: one update with only the attributes that differ, for each service that differs. If it activates or
//! deactivates the service, it is one transaction with its row in the audit table.
//!
//! It never touches a status: it names no status attribute and puts no whole item.

mod activity;
mod plan;
mod summary;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use shared::{domain::ServiceId, store::keys::services as keys};

pub(crate) use activity::ActivityChange;
pub use plan::{ChangeKind, ImportPlan, MissingService, ServiceChange};
pub use summary::ImportSummary;

use crate::{
    Error,
    audit::Audit,
    concurrency::{Interrupt, run_all},
    hierarchy::{self, StoredService},
    progress::Progress,
    scan::{self, Item, number, text},
    services_file::{self, ServiceRow, ServicesFile},
    transaction,
    update::UpdateOutcome,
};

/// The attributes that an import reads and writes.
const ATTRIBUTES: [&str; 12] = [
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
    plan.apply(client, table, None, &progress, &mut interrupt).await
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
    /// Writes the changes. Only sample data has no `audit`.
    ///
    /// # Errors
    ///
    /// A concurrent change, a fault of the store, an interrupt. What was written stays; importing the same
    /// file again writes the rest.
    pub async fn apply(
        self,
        client: &Client,
        table: &str,
        audit: Option<&Audit>,
        progress: &Progress,
        interrupt: &mut Interrupt,
    ) -> Result<ImportSummary, Error> {
        let (summary, total) = (self.summary(), self.changes.len());
        progress.start_all("writing", total);
        // Changes of one depth that follow each other are written concurrently.
        let mut levels: Vec<(usize, Vec<ServiceChange>)> = Vec::new();
        for change in self.changes {
            let depth = change.path.ancestors().len();
            match levels.last_mut() {
                Some((level, changes)) if *level == depth => changes.push(change),
                _ => levels.push((depth, vec![change])),
            }
        }
        for (_, changes) in levels {
            let requests = changes
                .into_iter()
                .map(|change| write(client.clone(), table.to_owned(), change, audit.cloned()));
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

async fn write(
    client: Client,
    table: String,
    change: ServiceChange,
    audit: Option<Audit>,
) -> Result<(), Error> {
    let ServiceChange { path, update, activity, .. } = change;
    let outcome = match (activity, audit) {
        (Some(activity), Some(audit)) => {
            // The row says what was before.
            let update = update.only_if(keys::ACTIVE, activity.before.clone());
            let writes = vec![update.into_write(&table)?, audit.put(activity.into_row(path.id()))?];
            let tables = format!("{table} or {}", audit.table());
            transaction::send(&client, &tables, writes).await?
        }
        _ => update.send(&client, &table).await?,
    };
    match outcome {
        UpdateOutcome::Stored => Ok(()),
        UpdateOutcome::Refused => Err(Error::ConcurrentModification { table }),
    }
}
