//! Finds a change in history by its version or its id, and those with the same notes.

use std::{collections::VecDeque, fmt, str::FromStr};

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use shared::{
    domain::{Cause, Note, ServiceId, Timestamp},
    store::keys::history,
};
use uuid::Uuid;

use crate::{
    Error, ValidationError,
    scan::{Item, number, text},
    target::{STATUS_HISTORY_TABLE, Target},
    validation::Location,
};

/// Which change of a service.
#[derive(Clone, Copy, Debug)]
pub(super) enum ChangeReference {
    Version(u64),
    Id(Uuid),
}

impl FromStr for ChangeReference {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let version = text.parse().map(Self::Version);
        let change = version.or_else(|_| text.parse().map(Self::Id));
        change.map_err(|_| "must be a version such as 7, or the id of a change")
    }
}

impl fmt::Display for ChangeReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl ChangeReference {
    fn attribute(self) -> (&'static str, AttributeValue) {
        match self {
            Self::Version(version) => (history::VERSION, AttributeValue::N(version.to_string())),
            Self::Id(id) => (history::CHANGE_ID, AttributeValue::S(id.to_string())),
        }
    }
}

/// A stored change with notes.
pub(super) struct StoredChange {
    pub(super) service: ServiceId,
    pub(super) at: String,
    pub(super) id: String,
    pub(super) version: u64,
    pub(super) notes: String,
    pub(super) redacted_at: Option<Timestamp>,
    /// Whether it only moved the deadline: then its notes are those of the change before it.
    moves_deadline: bool,
}

/// Reads a change.
///
/// # Errors
///
/// There is none, or it has no notes; a fault of the store.
pub(super) async fn find(
    target: &Target,
    service: ServiceId,
    change: ChangeReference,
) -> Result<StoredChange, Error> {
    let table = target.table(STATUS_HISTORY_TABLE)?;
    let (name, value) = change.attribute();
    let mut pages = query(target, service, "#service = :service")?
        .filter_expression("#wanted = :wanted")
        .expression_attribute_names("#wanted", name)
        .expression_attribute_values(":wanted", value)
        .into_paginator()
        .items()
        .send();
    let item = pages.next().await.transpose().map_err(|error| Error::store(table, error))?;
    let found = match item {
        None => Err(format!("history has no stored change {change} of service {service}")),
        Some(item) => {
            stored_change(service, &item).ok_or_else(|| "has no notes of its own".to_owned())
        }
    };
    Ok(found.map_err(|text| ValidationError::new(Location::Argument("CHANGE"), text))?)
}

/// The changes that got the same notes, the oldest first: an update, and the moves of its deadline. The notes of some may
/// be redacted already.
///
/// # Errors
///
/// A fault of the store.
pub(super) async fn with_same_notes(
    target: &Target,
    change: StoredChange,
) -> Result<Vec<StoredChange>, Error> {
    let table = target.table(STATUS_HISTORY_TABLE)?;
    let (service, at) = (change.service, change.at.clone());
    let beside = |condition, forward| {
        let query = query(target, service, condition)?.scan_index_forward(forward);
        let query = query.expression_attribute_names("#at", history::AT);
        let query = query.expression_attribute_values(":at", AttributeValue::S(at.clone()));
        Ok::<_, Error>(query.into_paginator().items().send())
    };
    let mut changes = VecDeque::from([change]);
    let mut earlier = beside("#service = :service AND #at < :at", false)?;
    while changes.front().is_some_and(|oldest| oldest.moves_deadline)
        && let Some(item) = earlier.next().await
    {
        let item = item.map_err(|error| Error::store(table, error))?;
        let Some(change) = stored_change(service, &item) else { break };
        changes.push_front(change);
    }
    let mut later = beside("#service = :service AND #at > :at", true)?;
    while let Some(item) = later.next().await {
        let item = item.map_err(|error| Error::store(table, error))?;
        match stored_change(service, &item) {
            Some(change) if change.moves_deadline => changes.push_back(change),
            _ => break,
        }
    }
    Ok(changes.into())
}

fn query(
    target: &Target,
    service: ServiceId,
    condition: &str,
) -> Result<QueryFluentBuilder, Error> {
    let query = target
        .client()
        .query()
        .table_name(target.table(STATUS_HISTORY_TABLE)?)
        .consistent_read(true)
        .key_condition_expression(condition)
        .expression_attribute_names("#service", history::SERVICE_ID)
        .expression_attribute_values(":service", AttributeValue::N(service.to_string()));
    Ok(query)
}

/// `None` without notes of the user who set the status.
fn stored_change(service: ServiceId, item: &Item) -> Option<StoredChange> {
    let redacted_at = number(item, history::REDACTED_AT);
    Some(StoredChange {
        service,
        at: text(item, history::AT)?,
        id: text(item, history::CHANGE_ID)?,
        version: number(item, history::VERSION)?,
        notes: text(item, history::NOTES).filter(|notes| *notes != Note::stored(None))?,
        redacted_at: redacted_at.and_then(Timestamp::from_epoch_seconds),
        moves_deadline: text(item, history::CAUSE).as_deref() == Some(Cause::Deadline.as_str()),
    })
}
