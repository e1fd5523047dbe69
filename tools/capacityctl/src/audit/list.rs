//! `audit`: what operators did, newest first.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::Value;
use shared::{domain::ServiceId, store::keys::users as user_keys};

use super::{
    changes::changes,
    entry::{Resource, keys},
};
use crate::{
    Error, Output,
    arguments::count,
    output::{PLAIN, table},
    scan::{self, Item, json_value, text},
    target::{AUDIT_TABLE, Target, USERS_TABLE},
    users,
};

/// Which rows to show.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Filter {
    /// Only what was done to this user
    #[arg(long, value_name = "USERNAME", allow_hyphen_values = true, group = "resource")]
    user: Option<String>,
    /// Only what was done to the user with this subject, who may be gone
    #[arg(long, allow_hyphen_values = true, group = "resource")]
    subject: Option<String>,
    /// Only what was done to this service
    #[arg(long, value_name = "ID", group = "resource")]
    service: Option<ServiceId>,
    /// How many rows
    #[arg(long, value_name = "NUMBER", default_value = "25", value_parser = count)]
    limit: usize,
}

/// Shows the newest rows.
pub(crate) async fn list(target: &Target, filter: Filter) -> Result<Output, Error> {
    let (client, name, limit) = (target.client(), target.table(AUDIT_TABLE)?, filter.limit);
    let rows = match resource(target, filter).await? {
        Some(resource) => of_resource(client, name, &resource, limit).await?,
        None => newest(client, name, limit).await?,
    };
    let lines = rows.iter().map(|row| (PLAIN, cells(row)));
    let shown = table(["at", "operator", "action", "resource", "changes"], lines);
    let entries: Vec<Value> = rows.iter().map(entry).collect();
    Ok(Output::new(shown, &entries))
}

async fn resource(target: &Target, filter: Filter) -> Result<Option<Resource>, Error> {
    let subject = match filter.user {
        Some(username) => {
            let user = users::find(target.client(), target.table(USERS_TABLE)?, &username).await?;
            Some(user.subject)
        }
        None => filter.subject,
    };
    Ok(subject.map(Resource::User).or(filter.service.map(Resource::Service)))
}

/// The newest rows of what was done to this.
async fn of_resource(
    client: &Client,
    name: &str,
    resource: &Resource,
    limit: usize,
) -> Result<Vec<Item>, Error> {
    let mut pages = client
        .query()
        .table_name(name)
        .consistent_read(true)
        .scan_index_forward(false)
        .key_condition_expression("#resource = :resource")
        .expression_attribute_names("#resource", keys::RESOURCE)
        .expression_attribute_values(":resource", AttributeValue::S(resource.to_string()))
        .into_paginator()
        .send();
    let mut rows = Vec::new();
    while rows.len() < limit {
        let Some(page) = pages.next().await else { break };
        rows.extend(page.map_err(|error| Error::store(name, error))?.items.unwrap_or_default());
    }
    rows.truncate(limit);
    Ok(rows)
}

/// The newest rows of all. Reads the whole table: operators do little.
async fn newest(client: &Client, name: &str, limit: usize) -> Result<Vec<Item>, Error> {
    let mut rows = scan::items(client, name, &[]).await?;
    rows.sort_by_cached_key(|row| std::cmp::Reverse(text(row, keys::AT)));
    rows.truncate(limit);
    Ok(rows)
}

/// The time and the id of a row.
fn time_and_id(row: &Item) -> (String, String) {
    let at = text(row, keys::AT).unwrap_or_default();
    let (time, id) = at.split_once('#').unwrap_or((&at, ""));
    (time.to_owned(), id.to_owned())
}

fn entry(row: &Item) -> Value {
    let (at, id) = time_and_id(row);
    let named =
        [("at", at.into()), ("id", id.into())].map(|(name, value)| (name.to_owned(), value));
    let rest = row.iter().filter(|(name, _)| *name != keys::AT);
    let rest = rest.map(|(name, value)| (name.clone(), json_value(value)));
    named.into_iter().chain(rest).collect()
}

fn cells(row: &Item) -> [String; 5] {
    let word = |name| text(row, name).unwrap_or_default();
    let [before, after] = [keys::BEFORE, keys::AFTER].map(|name| map(row, name));
    let username = after.or(before).and_then(|user| text(user, user_keys::USERNAME));
    let changed = changes(before, after);
    let details = changes(None, map(row, keys::DETAILS));
    [
        time_and_id(row).0,
        word(keys::OPERATOR),
        word(keys::ACTION),
        username.map_or_else(|| word(keys::RESOURCE), |name| format!("user {name}")),
        [changed, details].concat().join(", "),
    ]
}

fn map<'a>(row: &'a Item, name: &str) -> Option<&'a Item> {
    row.get(name)?.as_m().ok()
}
