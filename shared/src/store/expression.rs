//! How a status is written into a service's row: which attributes, and on which condition.

use aws_sdk_dynamodb::types::{AttributeValue, builders::UpdateBuilder};

use super::{
    attribute::{number, text},
    keys::{reset_shard, services},
};
use crate::domain::{ServiceId, StatusRecord};

/// The attributes of a record, and those that it has not.
pub(super) fn attributes(
    service: ServiceId,
    record: &StatusRecord,
) -> (Vec<(&'static str, AttributeValue)>, Vec<&'static str>) {
    let mut set = vec![
        (services::VERSION, number(record.version)),
        (services::STATUS, text(record.status.rag().to_string())),
    ];
    let mut remove = Vec::new();
    match record.status.reset_at() {
        Some(deadline) => set.extend([
            (services::RESET_DATE_TIME, number(deadline.epoch_seconds())),
            (services::RESET_SHARD, number(reset_shard(service))),
        ]),
        None => remove.extend([services::RESET_DATE_TIME, services::RESET_SHARD]),
    }
    if let Some(last) = &record.modified {
        set.push((services::MODIFIED_DATE, number(last.at.epoch_seconds())));
        set.push((services::MODIFIED_BY, text(last.by.clone())));
        match &last.notes {
            Some(notes) => set.push((services::NOTES, text(notes.clone()))),
            None => remove.push(services::NOTES),
        }
    }
    (set, remove)
}

/// The expression that sets some attributes and removes others.
pub(super) fn expression(set: &[(&str, AttributeValue)], remove: &[&str]) -> String {
    let set: Vec<_> = set.iter().map(|(name, _)| format!("#{name} = :{name}")).collect();
    let remove: Vec<_> = remove.iter().map(|name| format!("#{name}")).collect();
    if remove.is_empty() {
        format!("SET {}", set.join(", "))
    } else {
        format!("SET {} REMOVE {}", set.join(", "), remove.join(", "))
    }
}

/// Only on that version, and while these attributes have these values.
pub(super) fn on_condition(
    mut update: UpdateBuilder,
    version: u64,
    mut still: Vec<(&'static str, AttributeValue)>,
) -> UpdateBuilder {
    let mut conditions = Vec::new();
    if version == 0 {
        conditions.push(format!("attribute_not_exists(#{})", services::VERSION));
    } else {
        still.push((services::VERSION, number(version)));
    }
    for (name, value) in still {
        conditions.push(format!("#{name} = :still_{name}"));
        update = update
            .expression_attribute_names(format!("#{name}"), name)
            .expression_attribute_values(format!(":still_{name}"), value);
    }
    update.condition_expression(conditions.join(" AND "))
}
