//! Reads a table whole, strongly consistently.

use std::{collections::HashMap, str::FromStr};

use aws_sdk_dynamodb::{Client, types::AttributeValue};

use crate::Failure;

/// A row.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The text of an attribute, if it is one.
pub(crate) fn text(item: &Item, attribute: &str) -> Option<String> {
    item.get(attribute)?.as_s().ok().cloned()
}

/// The number of an attribute, if it is one of that kind.
pub(crate) fn number<T: FromStr>(item: &Item, attribute: &str) -> Option<T> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

/// Every row of a table, with these attributes; all of them if none is named.
///
/// # Errors
///
/// A fault of the store.
pub(crate) async fn rows(
    client: &Client,
    table: &str,
    attributes: &[&str],
) -> Result<Vec<Item>, Failure> {
    let names = attributes.iter().map(|name| (format!("#{name}"), (*name).to_owned()));
    let names: HashMap<String, String> = names.collect();
    let projection = names.keys().cloned().collect::<Vec<_>>().join(", ");
    let mut items = client
        .scan()
        .table_name(table)
        .consistent_read(true)
        .set_projection_expression(Some(projection).filter(|_| !names.is_empty()))
        .set_expression_attribute_names(Some(names).filter(|names| !names.is_empty()))
        .into_paginator()
        .items()
        .send();
    let mut rows = Vec::new();
    while let Some(item) = items.next().await {
        rows.push(item.map_err(|error| Failure::store(table, error))?);
    }
    Ok(rows)
}
