//! `export services` and `export users`: what the importer takes back.

use std::{io, path::Path};

use aws_sdk_dynamodb::types::AttributeValue;
use clap::ValueEnum;
use serde_json::{Map, Value};
use shared::store::keys::{services, users};

use crate::{
    Failure, directory,
    scan::{self, Item, number, text},
    target::{SERVICES_TABLE, Target, USERS_TABLE},
    user_file,
};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated values (RFC 4180), with a header
    Csv,
    /// An array, one entry a line
    Json,
}

/// The directory, the services above others first.
pub(crate) async fn services(target: &Target, format: Format) -> Result<String, Failure> {
    let mut rows = rows(target, SERVICES_TABLE, &[&directory::COLUMNS, &[services::PATH]]).await?;
    rows.sort_by_cached_key(|row| {
        let path = text(row, services::PATH);
        (path.map(|path| path.matches('/').count()), number::<u64>(row, services::ID))
    });
    written(&directory::COLUMNS, &rows, format)
}

/// The users by name.
pub(crate) async fn users(target: &Target, format: Format) -> Result<String, Failure> {
    let mut rows = rows(target, USERS_TABLE, &[&user_file::COLUMNS]).await?;
    rows.sort_by_cached_key(|row| text(row, users::USERNAME));
    written(&user_file::COLUMNS, &rows, format)
}

/// The format that a file's name asks for.
pub(crate) fn format_of(file: Option<&Path>, asked: Option<Format>) -> Format {
    let json = |file: &Path| file.extension().is_some_and(|extension| extension == "json");
    asked.unwrap_or(if file.is_some_and(json) { Format::Json } else { Format::Csv })
}

async fn rows(
    target: &Target,
    variable: &'static str,
    attributes: &[&[&str]],
) -> Result<Vec<Item>, Failure> {
    scan::rows(target.client(), target.table(variable)?, &attributes.concat()).await
}

fn written(columns: &[&str], rows: &[Item], format: Format) -> Result<String, Failure> {
    let written = match format {
        Format::Csv => csv(columns, rows).map_err(|error| error.to_string()),
        Format::Json => json(columns, rows).map_err(|error| error.to_string()),
    };
    written.map_err(Failure::Unwritable)
}

fn csv(columns: &[&str], rows: &[Item]) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(columns.iter().map(|column| cell(row.get(*column))))?;
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn cell(value: Option<&AttributeValue>) -> String {
    match value {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => text.clone(),
        Some(AttributeValue::Bool(value)) => value.to_string(),
        Some(AttributeValue::Ss(values)) => sorted(values, |value| value.clone()).join(" "),
        Some(AttributeValue::Ns(values)) => sorted(values, |value| value.parse().unwrap_or(0_u64))
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" "),
        _ => String::new(),
    }
}

fn json(columns: &[&str], rows: &[Item]) -> Result<String, serde_json::Error> {
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let members = columns
            .iter()
            .filter_map(|column| Some(((*column).to_owned(), value(row.get(*column)?))));
        lines.push(serde_json::to_string(&members.collect::<Map<String, Value>>())?);
    }
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}

fn value(value: &AttributeValue) -> Value {
    let number =
        |text: &String| text.parse::<u64>().map_or_else(|_| text.clone().into(), Value::from);
    match value {
        AttributeValue::S(text) => text.clone().into(),
        AttributeValue::N(text) => number(text),
        AttributeValue::Bool(value) => (*value).into(),
        AttributeValue::Ss(values) => sorted(values, Clone::clone).into(),
        AttributeValue::Ns(values) => sorted(values, |value| value.parse().unwrap_or(0_u64)).into(),
        _ => Value::Null,
    }
}

fn sorted<T: Ord>(values: &[String], key: impl Fn(&String) -> T) -> Vec<T> {
    let mut values: Vec<T> = values.iter().map(key).collect();
    values.sort();
    values
}
