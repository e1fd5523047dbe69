//! Imports the directory: one `UpdateItem` of directory attributes for each service that differs.
//!
//! A status is never touched: no attribute of it is named here, and no item is put whole.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use indicatif::ProgressBar;
use serde::Serialize;
use shared::{
    domain::{Lineage, ServiceId},
    store::keys::services as keys,
};

use crate::{
    Failure,
    difference::Difference,
    directory::{self, Row},
    hierarchy::{self, Plan, Stored},
    in_flight::run_all,
    scan::{self, Item},
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

/// What an import has to do to a table.
#[derive(Debug)]
pub struct Comparison {
    /// The services to write, in the order of writing.
    pub steps: Vec<Step>,
    /// How many services of the file are in the table already as the file has them.
    pub unchanged: usize,
    /// Services in use that the file does not have.
    pub missing: Vec<Missing>,
}

/// A service to write.
#[derive(Debug)]
pub struct Step {
    /// Which service, and where it stands from now on.
    pub lineage: Lineage,
    /// What is done to it.
    pub what: What,
    /// Whether an interrupted import left it below its old ancestors.
    pub unfinished: bool,
    /// What changes.
    pub differences: Vec<Difference>,
    update: Update,
}

/// What an import does to a service, or to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It is new.
    Added,
    /// It stands elsewhere in the hierarchy.
    Moved,
    /// It is where it was, with other particulars.
    Changed,
    /// It is not in the file.
    Deactivated,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Moved => "moved",
            Self::Changed => "changed",
            Self::Deactivated => "deactivated",
        })
    }
}

/// A service in use that is in the table and not in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Missing {
    /// Which service.
    pub id: u64,
    /// What people call it.
    pub name: String,
}

/// What an import wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// How many were new.
    pub added: usize,
    /// How many stand elsewhere now.
    pub moved: usize,
    /// How many have other particulars now.
    pub changed: usize,
    /// How many were deactivated, not being in the file.
    pub deactivated: usize,
    /// How many of those that moved an interrupted import had left below their old ancestors.
    pub finished: usize,
    /// How many were as the file has them.
    pub unchanged: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, moved, changed, deactivated, finished, unchanged } = self;
        write!(f, "services: {added} added, {changed} changed, {moved} moved, ")?;
        if *deactivated > 0 {
            write!(f, "{deactivated} deactivated, ")?;
        }
        write!(f, "{unchanged} unchanged")?;
        if *finished > 0 {
            write!(
                f,
                "\nfinished first: {finished} that an interrupted import had left below their old ancestors"
            )?;
        }
        Ok(())
    }
}

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
    let items = items.into_iter().filter_map(|item| Some((id(&item, keys::ID)?, item)));
    let items: HashMap<ServiceId, Item> = items.collect();
    let stored: Vec<Stored> = items.iter().map(|(id, item)| place_of(*id, item)).collect();
    let plan = hierarchy::plan(rows, &stored)?;
    Ok(comparison(plan, &items, deactivate_missing))
}

fn comparison(
    plan: Plan,
    items: &HashMap<ServiceId, Item>,
    deactivate_missing: bool,
) -> Comparison {
    let Plan { rows, moved, unfinished } = plan;
    let in_file: HashSet<ServiceId> = rows.iter().map(|(row, _)| row.id).collect();
    let step = |lineage: &Lineage, update: Update| {
        let stored = items.get(&lineage.own());
        let differences = update.differences(stored);
        let differs = |name| differences.iter().any(|change| change.attribute == name);
        let what = match stored {
            None => What::Added,
            Some(_) if !in_file.contains(&lineage.own()) && differs(keys::ACTIVE) => {
                What::Deactivated
            }
            Some(_) if differs(keys::PATH) => What::Moved,
            Some(_) => What::Changed,
        };
        let unfinished = unfinished.contains(&lineage.own());
        (!differences.is_empty()).then(|| Step {
            lineage: lineage.clone(),
            what,
            unfinished,
            differences,
            update,
        })
    };
    let given = rows.len();
    let mut steps: Vec<Step> = rows
        .into_iter()
        .filter_map(|(row, lineage)| step(&lineage, entry(row, &lineage)))
        .collect();
    let unchanged = given - steps.len();
    let mut places: HashMap<ServiceId, Lineage> =
        moved.into_iter().map(|moved| (moved.lineage.own(), moved.lineage)).collect();
    let mut missing = Vec::new();
    for (id, item) in items.iter().filter(|(id, _)| !in_file.contains(id)) {
        let in_use = item.get(keys::ACTIVE) == Some(&AttributeValue::Bool(true));
        if in_use {
            missing.push(Missing { id: id.get(), name: name(item) });
        }
        let place = places.remove(id).or_else(|| Lineage::parse(&place_of(*id, item).path));
        steps.extend(
            place.and_then(|lineage| {
                step(&lineage, left_out(&lineage, in_use && deactivate_missing))
            }),
        );
    }
    missing.sort();
    Comparison { steps: ordered(steps), unchanged, missing }
}

/// What an interrupted import left undone comes first, with the services above it; then the rest.
/// Each level comes after those above it: whoever finds a service below another finds that one in
/// place.
fn ordered(mut steps: Vec<Step>) -> Vec<Step> {
    let mut first = HashSet::new();
    for step in steps.iter().filter(|step| step.unfinished) {
        first.insert(step.lineage.own());
        first.extend(step.lineage.ancestors().iter().copied());
    }
    let rank = |step: &Step| (!first.contains(&step.lineage.own()), step.lineage.ancestors().len());
    steps.sort_by_cached_key(|step| (rank(step), step.lineage.own()));
    steps
}

impl Comparison {
    /// How many services are written in each way.
    #[must_use]
    pub fn counts(&self) -> Written {
        let count = |what| self.steps.iter().filter(|step| step.what == what).count();
        Written {
            added: count(What::Added),
            moved: count(What::Moved),
            changed: count(What::Changed),
            deactivated: count(What::Deactivated),
            finished: self.steps.iter().filter(|step| step.unfinished).count(),
            unchanged: self.unchanged,
        }
    }

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
                source: Box::new(failure),
            })?;
        }
        Ok(written)
    }
}

fn id(item: &Item, attribute: &str) -> Option<ServiceId> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

fn name(item: &Item) -> String {
    item.get(keys::NAME).and_then(|name| name.as_s().ok()).cloned().unwrap_or_default()
}

/// Where the table has a service.
pub(crate) fn place_of(service: ServiceId, item: &Item) -> Stored {
    let path = item.get(keys::PATH).and_then(|path| path.as_s().ok()).cloned();
    Stored { id: service, parent: id(item, keys::PARENT_ID), path: path.unwrap_or_default() }
}

fn entry(row: Row, lineage: &Lineage) -> Update {
    place(lineage)
        .set(keys::NAME, AttributeValue::S(row.name))
        .set(keys::TYPE_ID, AttributeValue::N(row.type_id.to_string()))
        .set(keys::ACTIVE, AttributeValue::Bool(row.active))
        .set_or_remove(keys::PARENT_ID, row.parent.map(|id| AttributeValue::N(id.to_string())))
        .set_or_remove(keys::TOWN, row.town.map(AttributeValue::S))
        .set_or_remove(keys::POSTCODE, row.postcode.map(AttributeValue::S))
        .set_or_remove(keys::ODS_CODE, row.ods_code.map(AttributeValue::S))
}

/// Of a service that is not in the file, only if its parent is still the one that its place was
/// computed from.
fn left_out(lineage: &Lineage, deactivate: bool) -> Update {
    let parent = lineage.parent().map(|id| AttributeValue::N(id.to_string()));
    let update = place(lineage).only_if(keys::ID).only_if_equal(keys::PARENT_ID, parent);
    if deactivate { update.set(keys::ACTIVE, AttributeValue::Bool(false)) } else { update }
}

fn place(lineage: &Lineage) -> Update {
    Update::of(keys::ID, AttributeValue::N(lineage.own().to_string()))
        .set(keys::REGION, AttributeValue::N(lineage.root().to_string()))
        .set(keys::PATH, AttributeValue::S(lineage.to_string()))
}

async fn send(client: Client, table: String, update: Update) -> Result<(), Failure> {
    match update.send(&client, &table).await? {
        Sent::Written => Ok(()),
        Sent::Refused => Err(Failure::Overtaken { table }),
    }
}
