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
    let mut expression = String::from("SET ");
    for (number, (name, _)) in set.iter().enumerate() {
        let before = if number == 0 { "#" } else { ", #" };
        expression.extend([before, name, " = :", name]);
    }
    for (number, name) in remove.iter().enumerate() {
        expression.extend([if number == 0 { " REMOVE #" } else { ", #" }, name]);
    }
    expression
}

/// Only on that version, and while these attributes have these values.
pub(super) fn on_condition(
    mut update: UpdateBuilder,
    version: u64,
    mut still: Vec<(&'static str, AttributeValue)>,
) -> UpdateBuilder {
    let mut condition = String::new();
    if version == 0 {
        condition.extend(["attribute_not_exists(#", services::VERSION, ")"]);
    } else {
        still.push((services::VERSION, number(version)));
    }
    for (name, value) in still {
        let and = if condition.is_empty() { "" } else { " AND " };
        condition.extend([and, "#", name, " = :still_", name]);
        update = update
            .expression_attribute_names(["#", name].concat(), name)
            .expression_attribute_values([":still_", name].concat(), value);
    }
    update.condition_expression(condition)
}
