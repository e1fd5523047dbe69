//! `export services` and `export users`: files that `import` accepts.

use std::{io, path::Path};

use aws_sdk_dynamodb::types::AttributeValue;
use clap::{Subcommand, ValueEnum};
use serde_json::{Map, Value};
use shared::{
    domain::formula,
    store::keys::{services, users},
};

use crate::{
    Error,
    arguments::Destination,
    scan::{self, Item, json_value, number, sorted, text},
    services_file,
    target::{SERVICES_TABLE, Target, USERS_TABLE},
    users_file,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Export services, without statuses
    Services(Destination),
    /// Export users with their rights
    Users(Destination),
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated values (RFC 4180), with a header
    Csv,
    /// An array with one entry on each line
    Json,
}

/// The services, parents before children.
pub(crate) async fn services(target: &Target, format: Format) -> Result<String, Error> {
    let mut items =
        items(target, SERVICES_TABLE, &[&services_file::COLUMNS, &[services::PATH]]).await?;
    items.sort_by_cached_key(|item| {
        let path = text(item, services::PATH);
        (path.map(|path| path.matches('/').count()), number::<u64>(item, services::ID))
    });
    format_items(&services_file::COLUMNS, &services_file::OPTIONAL_COLUMNS, &items, format)
}

/// The users, by username.
pub(crate) async fn users(target: &Target, format: Format) -> Result<String, Error> {
    let mut items = items(target, USERS_TABLE, &[&users_file::COLUMNS]).await?;
    items.sort_by_cached_key(|item| text(item, users::USERNAME));
    format_items(&users_file::COLUMNS, &[], &items, format)
}

/// The format: as requested, else by the file's extension.
pub(crate) fn format_of(file: Option<&Path>, requested: Option<Format>) -> Format {
    let json = |file: &Path| file.extension().is_some_and(|extension| extension == "json");
    requested.unwrap_or(if file.is_some_and(json) { Format::Json } else { Format::Csv })
}

async fn items(
    target: &Target,
    variable: &'static str,
    attributes: &[&[&str]],
) -> Result<Vec<Item>, Error> {
    scan::items(target.client(), target.table(variable)?, &attributes.concat()).await
}

/// `nullable` are the columns that are null in JSON if there is no value: an import leaves what is stored if they are absent.
fn format_items(
    columns: &[&str],
    nullable: &[&str],
    items: &[Item],
    format: Format,
) -> Result<String, Error> {
    let text = match format {
        Format::Csv => csv(columns, items).map_err(|error| error.to_string()),
        Format::Json => json(columns, nullable, items).map_err(|error| error.to_string()),
    };
    text.map_err(Error::Unwritable)
}

fn csv(columns: &[&str], items: &[Item]) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns)?;
    for item in items {
        let cells = columns.iter().map(|column| formula::neutralised(&cell(item.get(*column))));
        writer.write_record(cells)?;
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

fn json(columns: &[&str], nullable: &[&str], items: &[Item]) -> Result<String, serde_json::Error> {
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        let members = columns.iter().filter_map(|column| {
            let value = item.get(*column).map(json_value);
            let value = value.or_else(|| nullable.contains(column).then_some(Value::Null));
            Some(((*column).to_owned(), value?))
        });
        lines.push(serde_json::to_string(&members.collect::<Map<String, Value>>())?);
    }
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}
