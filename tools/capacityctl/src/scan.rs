//! Reads a whole table with strong consistency, and the attributes of its items.

use std::{collections::HashMap, str::FromStr};

use aws_sdk_dynamodb::{Client, types::AttributeValue};

use serde_json::Value;

use crate::{Error, progress::Progress};

/// An item of a table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A string attribute.
pub(crate) fn text(item: &Item, attribute: &str) -> Option<String> {
    item.get(attribute)?.as_s().ok().cloned()
}

/// A number attribute.
pub(crate) fn number<T: FromStr>(item: &Item, attribute: &str) -> Option<T> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

/// A value as JSON, sets sorted.
pub(crate) fn json_value(value: &AttributeValue) -> Value {
    let number =
        |text: &String| text.parse::<u64>().map_or_else(|_| text.clone().into(), Value::from);
    match value {
        AttributeValue::S(text) => text.clone().into(),
        AttributeValue::N(text) => number(text),
        AttributeValue::Bool(value) => (*value).into(),
        AttributeValue::Ss(values) => sorted(values, Clone::clone).into(),
        AttributeValue::Ns(values) => sorted(values, |value| value.parse().unwrap_or(0_u64)).into(),
        AttributeValue::M(item) => {
            item.iter().map(|(name, value)| (name.clone(), json_value(value))).collect()
        }
        _ => Value::Null,
    }
}

/// The members of a set, in order.
pub(crate) fn sorted<T: Ord>(values: &[String], key: impl Fn(&String) -> T) -> Vec<T> {
    let mut values: Vec<T> = values.iter().map(key).collect();
    values.sort();
    values
}

/// Reads every item, with these attributes, or with all of them if none is named.
///
/// # Errors
///
/// A fault of the store.
pub(crate) async fn items(
    client: &Client,
    table: &str,
    attributes: &[&str],
) -> Result<Vec<Item>, Error> {
    items_with_progress(client, table, attributes, &Progress::silent()).await
}

/// As [`items`], and counts them.
///
/// # Errors
///
/// A fault of the store.
pub(crate) async fn items_with_progress(
    client: &Client,
    table: &str,
    attributes: &[&str],
    progress: &Progress,
) -> Result<Vec<Item>, Error> {
    progress.start_reading(format!("reading table {table}"));
    let names = attributes.iter().map(|name| (format!("#{name}"), (*name).to_owned()));
    let names: HashMap<String, String> = names.collect();
    let projection = names.keys().cloned().collect::<Vec<_>>().join(", ");
    let mut pages = client
        .scan()
        .table_name(table)
        .consistent_read(true)
        .set_projection_expression(Some(projection).filter(|_| !names.is_empty()))
        .set_expression_attribute_names(Some(names).filter(|names| !names.is_empty()))
        .into_paginator()
        .send();
    let mut items = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Error::store(table, error))?.items.unwrap_or_default();
        progress.advance(page.len());
        items.extend(page);
    }
    Ok(items)
}
