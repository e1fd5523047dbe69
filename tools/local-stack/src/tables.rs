//! Creates the tables of template.yaml on any DynamoDB, with the real SDK.

use std::{fmt, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, DisplayErrorContext},
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, IndexStatus, KeySchemaElement,
        Projection, TableDescription, TableStatus, TimeToLiveSpecification,
    },
};
use shared::store::TableNames;

use crate::template::{self, Index, KeyElement, Table};

const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// 60 seconds; AWS takes about 10.
const MAX_POLLS: usize = 3000;

/// Why the tables could not be created.
#[derive(Debug)]
pub enum TablesError {
    /// template.yaml is invalid.
    Template(String),
    /// An existing table differs from template.yaml.
    Differs(String),
    /// A new table did not become active.
    NotActive(String),
    /// An error of DynamoDB.
    Store(String, Box<aws_sdk_dynamodb::Error>),
}

impl fmt::Display for TablesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(reason) => write!(f, "cannot use template.yaml: {reason}"),
            Self::Differs(table) => write!(
                f,
                "table {table} of an earlier run differs from template.yaml: delete the data with --fresh"
            ),
            Self::NotActive(table) => write!(f, "table {table} did not become active"),
            Self::Store(table, error) => write!(f, "table {table}: {}", DisplayErrorContext(error)),
        }
    }
}

impl std::error::Error for TablesError {}

/// The names of the functions' tables, which [`create`] creates.
#[must_use]
pub fn names(prefix: &str) -> TableNames {
    let name = |logical_id| table_name(prefix, logical_id);
    TableNames {
        services: name("ServicesTable"),
        status_history: name("StatusHistoryTable"),
        users: name("UsersTable"),
        changes: name("ChangesTable"),
        idempotency: name("IdempotencyTable"),
    }
}

/// The name of the table of the pages' sessions.
#[must_use]
pub fn sessions(prefix: &str) -> String {
    table_name(prefix, "SessionsTable")
}

/// The name of the table of what operators did. No function uses it.
#[must_use]
pub fn audit(prefix: &str) -> String {
    table_name(prefix, "AuditTable")
}

/// `StatusHistoryTable` becomes `<prefix>status-history`.
fn table_name(prefix: &str, logical_id: &str) -> String {
    let mut name = prefix.to_owned();
    for (position, letter) in logical_id.trim_end_matches("Table").char_indices() {
        if position > 0 && letter.is_uppercase() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// Creates the template's tables that do not exist yet, and waits until they are active.
///
/// # Errors
///
/// An invalid template, an existing table that differs, an error of DynamoDB.
pub async fn create(
    client: &Client,
    template: &str,
    prefix: &str,
) -> Result<TableNames, TablesError> {
    let tables = template::tables(template).map_err(TablesError::Template)?;
    let mut new = Vec::new();
    for (logical_id, table) in &tables {
        let name = table_name(prefix, logical_id);
        match describe(client, &name).await? {
            Some(existing) if matches_template(&existing, table) => {}
            Some(_) => return Err(TablesError::Differs(name)),
            None => {
                create_table(client, &name, table).await?;
                new.push((name, table));
            }
        }
    }
    for (name, table) in new {
        wait_until_active(client, &name).await?;
        enable_time_to_live(client, &name, table).await?;
    }
    Ok(names(prefix))
}

async fn describe(client: &Client, name: &str) -> Result<Option<TableDescription>, TablesError> {
    match client.describe_table().table_name(name).send().await.map_err(Into::into) {
        Ok(description) => Ok(description.table),
        Err(aws_sdk_dynamodb::Error::ResourceNotFoundException(_)) => Ok(None),
        Err(error) => Err(store_error(name, error)),
    }
}

async fn create_table(client: &Client, name: &str, table: &Table) -> Result<(), TablesError> {
    let built = |error: BuildError| store_error(name, error);
    let request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes(table).map_err(built)?))
        .set_key_schema(Some(key(&table.key_schema).map_err(built)?));
    let indexes = table.global_secondary_indexes.iter().map(index);
    let indexes = indexes.collect::<Result<Vec<_>, _>>().map_err(built)?;
    let indexes = (!indexes.is_empty()).then_some(indexes);
    request
        .set_global_secondary_indexes(indexes)
        .send()
        .await
        .map_err(|error| store_error(name, error))?;
    Ok(())
}

fn attributes(table: &Table) -> Result<Vec<AttributeDefinition>, BuildError> {
    let definitions = table.attribute_definitions.iter().map(|attribute| {
        AttributeDefinition::builder()
            .attribute_name(&attribute.attribute_name)
            .attribute_type(attribute.attribute_type.as_str().into())
            .build()
    });
    definitions.collect()
}

fn key(elements: &[KeyElement]) -> Result<Vec<KeySchemaElement>, BuildError> {
    let elements = elements.iter().map(|element| {
        KeySchemaElement::builder()
            .attribute_name(&element.attribute_name)
            .key_type(element.key_type.as_str().into())
            .build()
    });
    elements.collect()
}

fn index(index: &Index) -> Result<GlobalSecondaryIndex, BuildError> {
    let attributes = index.projection.non_key_attributes.clone();
    let projection = Projection::builder()
        .projection_type(index.projection.projection_type.as_str().into())
        .set_non_key_attributes((!attributes.is_empty()).then_some(attributes));
    GlobalSecondaryIndex::builder()
        .index_name(&index.index_name)
        .set_key_schema(Some(key(&index.key_schema)?))
        .projection(projection.build())
        .build()
}

async fn wait_until_active(client: &Client, name: &str) -> Result<(), TablesError> {
    for _ in 0..MAX_POLLS {
        if describe(client, name).await?.is_some_and(|table| is_active(&table)) {
            return Ok(());
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Err(TablesError::NotActive(name.to_owned()))
}

fn is_active(table: &TableDescription) -> bool {
    let indexes = table.global_secondary_indexes();
    table.table_status == Some(TableStatus::Active)
        && indexes.iter().all(|index| index.index_status == Some(IndexStatus::Active))
}

async fn enable_time_to_live(
    client: &Client,
    name: &str,
    table: &Table,
) -> Result<(), TablesError> {
    let Some(expiry) = &table.time_to_live_specification else { return Ok(()) };
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(&expiry.attribute_name)
        .enabled(expiry.enabled)
        .build()
        .map_err(|error| store_error(name, error))?;
    let request = client.update_time_to_live().table_name(name);
    let response = request.time_to_live_specification(specification).send().await;
    response.map_err(|error| store_error(name, error))?;
    Ok(())
}

/// Whether keys and indexes match the template, in any order.
fn matches_template(existing: &TableDescription, table: &Table) -> bool {
    let Ok(key) = key(&table.key_schema) else { return false };
    let indexes = existing.global_secondary_indexes();
    existing.key_schema() == key
        && indexes.len() == table.global_secondary_indexes.len()
        && table.global_secondary_indexes.iter().map(index).all(|described| {
            described.is_ok_and(|described| {
                indexes.iter().any(|index| {
                    index.index_name() == Some(described.index_name())
                        && index.key_schema() == described.key_schema()
                        && projected(index.projection()) == projected(described.projection())
                })
            })
        })
}

fn projected(projection: Option<&Projection>) -> Vec<&String> {
    let mut names: Vec<_> =
        projection.map(Projection::non_key_attributes).unwrap_or_default().iter().collect();
    names.sort();
    names
}

fn store_error(table: &str, error: impl Into<aws_sdk_dynamodb::Error>) -> TablesError {
    TablesError::Store(table.to_owned(), Box::new(error.into()))
}
