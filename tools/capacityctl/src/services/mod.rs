//! Imports the directory: one `UpdateItem` of directory attributes for each service that differs.
//!
//! A status is never touched: no attribute of it is named here, and no item is put whole.

mod comparison;
mod written;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use indicatif::ProgressBar;
use shared::{domain::ServiceId, store::keys::services as keys};

pub use comparison::{Comparison, Missing, Step, What};
pub use written::Written;

use crate::{
    Failure,
    directory::{self, Row},
    hierarchy::{self, Stored},
    in_flight::run_all,
    scan::{self, Item, number, text},
    update::{Sent, Update},
};

/// The directory attributes of a row.
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

/// What holds while an import is unfinished.
const UNTIL_THEN: &str = "until then services that were to move may still be updated by those assigned to \
                          their old ancestors";

/// Imports a file, CSV or JSON.
///
/// # Errors
///
/// A file that is refused, a change by someone else meanwhile, a fault of the store.
pub async fn import(client: &Client, table: &str, file: &[u8]) -> Result<Written, Failure> {
    import_rows(client, table, directory::parse(file)?).await
}

/// Imports rows that are valid by themselves.
///
/// # Errors
///
/// As [`import`].
pub async fn import_rows(client: &Client, table: &str, rows: Vec<Row>) -> Result<Written, Failure> {
    compare(client, table, rows, false).await?.write(client, table, &ProgressBar::hidden()).await
}

/// Finds what would have to be written. The whole table is read, strongly consistently: only so are
/// all descendants known, and what an interrupted import left behind.
///
/// # Errors
///
/// Rows that are no hierarchy with those of the table, a fault of the store.
pub async fn compare(
    client: &Client,
    table: &str,
    rows: Vec<Row>,
    deactivate_missing: bool,
) -> Result<Comparison, Failure> {
    let items = scan::rows(client, table, &ATTRIBUTES).await?;
    let items = items.into_iter().filter_map(|item| Some((number(&item, keys::ID)?, item)));
    let items: HashMap<ServiceId, Item> = items.collect();
    let stored: Vec<Stored> = items.iter().map(|(id, item)| place_of(*id, item)).collect();
    let plan = hierarchy::plan(rows, &stored)?;
    Ok(Comparison::new(plan, &items, deactivate_missing))
}

impl Comparison {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// A change by someone else meanwhile, a fault of the store. What was written stays, and the same
    /// import does the rest.
    pub async fn write(
        self,
        client: &Client,
        table: &str,
        bar: &ProgressBar,
    ) -> Result<Written, Failure> {
        let (written, total) = (self.counts(), self.steps.len());
        // Where a step stands in the order of writing is where its lineage and phase put it.
        let mut levels: Vec<(usize, Vec<Update>)> = Vec::new();
        for step in self.steps {
            let depth = step.lineage.ancestors().len();
            match levels.last_mut() {
                Some((level, updates)) if *level == depth => updates.push(step.update),
                _ => levels.push((depth, vec![step.update])),
            }
        }
        for (_, updates) in levels {
            let sent =
                updates.into_iter().map(|update| send(client.clone(), table.to_owned(), update));
            run_all(sent, bar).await.map_err(|failure| Failure::Unfinished {
                written: bar.position(),
                total,
                meanwhile: UNTIL_THEN,
                source: Box::new(failure),
            })?;
        }
        Ok(written)
    }
}

/// Where the table has a service.
pub(crate) fn place_of(service: ServiceId, item: &Item) -> Stored {
    let path = text(item, keys::PATH).unwrap_or_default();
    Stored { id: service, parent: number(item, keys::PARENT_ID), path }
}

async fn send(client: Client, table: String, update: Update) -> Result<(), Failure> {
    match update.send(&client, &table).await? {
        Sent::Written => Ok(()),
        Sent::Refused => Err(Failure::Overtaken { table }),
    }
}
