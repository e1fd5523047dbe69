//! Imports the directory: one `UpdateItem` of directory attributes for each service.
//!
//! A status is never touched: no attribute of it is named here, and no item is put whole.

use std::{collections::BTreeMap, fmt};

use aws_sdk_dynamodb::{
    Client, error::SdkError, operation::update_item::UpdateItemError, types::AttributeValue,
};
use shared::{
    domain::{Lineage, ServiceId},
    store::keys::services as keys,
};

use crate::{
    Failure,
    directory::{self, Row},
    hierarchy::{self, Plan, Stored},
    in_flight::run_all,
    update::Update,
};

/// What an import wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows of the file.
    pub services: usize,
    /// Services not in the file whose place followed that of an ancestor.
    pub moved: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "services written: {}", self.services)?;
        if self.moved > 0 {
            write!(f, "; moved with a service above them: {}", self.moved)?;
        }
        Ok(())
    }
}

/// Imports a CSV file.
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
    let plan = hierarchy::plan(rows, &stored(client, table).await?)?;
    let written = Written { services: plan.rows.len(), moved: plan.moved.len() };
    // Level by level from the top: whoever finds a service below another finds that one in place.
    for updates in levels(plan).into_values() {
        run_all(updates.into_iter().map(|update| send(client.clone(), table.to_owned(), update)))
            .await?;
    }
    Ok(written)
}

/// The place of every service in the table. The whole table is read, strongly consistently: only so
/// are all descendants known, and paths that an interrupted import left behind.
async fn stored(client: &Client, table: &str) -> Result<Vec<Stored>, Failure> {
    let mut items = client
        .scan()
        .table_name(table)
        .consistent_read(true)
        .projection_expression("#id, #parent, #path")
        .expression_attribute_names("#id", keys::ID)
        .expression_attribute_names("#parent", keys::PARENT_ID)
        .expression_attribute_names("#path", keys::PATH)
        .into_paginator()
        .items()
        .send();
    let mut stored = Vec::new();
    while let Some(item) = items.next().await {
        let item = item.map_err(|error| Failure::store(table, error))?;
        let id = |key| -> Option<ServiceId> { item.get(key)?.as_n().ok()?.parse().ok() };
        let path = item.get(keys::PATH).and_then(|path| path.as_s().ok()).cloned();
        let parent = id(keys::PARENT_ID);
        stored.extend(id(keys::ID).map(|id| Stored { id, parent, path: path.unwrap_or_default() }));
    }
    Ok(stored)
}

fn levels(plan: Plan) -> BTreeMap<usize, Vec<Update>> {
    let mut levels: BTreeMap<usize, Vec<Update>> = BTreeMap::new();
    let rows = plan.rows.into_iter().map(|(row, lineage)| (lineage.clone(), entry(row, &lineage)));
    let moved =
        plan.moved.into_iter().map(|moved| (moved.lineage.clone(), moved_along(&moved.lineage)));
    for (lineage, update) in rows.chain(moved) {
        let depth = lineage.to_string().matches('/').count();
        levels.entry(depth).or_default().push(update);
    }
    levels
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

/// Only if its parent is still the one that the new place was computed from.
fn moved_along(lineage: &Lineage) -> Update {
    let parent = lineage.parent().map(|id| AttributeValue::N(id.to_string()));
    place(lineage).only_if(keys::ID).only_if_equal(keys::PARENT_ID, parent)
}

fn place(lineage: &Lineage) -> Update {
    Update::of(keys::ID, AttributeValue::N(lineage.own().to_string()))
        .set(keys::REGION, AttributeValue::N(lineage.root().to_string()))
        .set(keys::PATH, AttributeValue::S(lineage.to_string()))
}

async fn send(client: Client, table: String, update: Update) -> Result<(), Failure> {
    let sent = update.request(&client, &table).send().await;
    match sent.map_err(SdkError::into_service_error) {
        Ok(_) => Ok(()),
        Err(UpdateItemError::ConditionalCheckFailedException(_)) => {
            Err(Failure::Overtaken { table })
        }
        Err(error) => Err(Failure::store(&table, error)),
    }
}
