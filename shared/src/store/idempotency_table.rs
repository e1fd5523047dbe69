//! The table of idempotency keys: which change a client's key was used for.
//!
//! A record is written by the transaction that it describes, and counts for 24 hours. `update_tables.rs` reads it;
//! `operations/update_status/attempts.rs` decides on it.

use aws_sdk_dynamodb::types::Put;
use serde::{Deserialize, Serialize};

use super::{
    RecordedChange, StoreFault, Transaction,
    attribute::{Item, from_item, number, text},
    keys::idempotency,
    read::Row,
};
use crate::domain::{Minutes, ServiceId, Timestamp};

/// How long a key is remembered.
const REMEMBERED: Minutes = Minutes(24 * 60);

/// A client's `Idempotency-Key`, for one caller and one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of this caller for this service. `key` must not contain `#`.
    #[must_use]
    pub fn new(subject: &str, service: ServiceId, key: &str) -> Self {
        Self(format!("{service}#{key}#{subject}"))
    }
}

/// A request under an idempotency key.
#[derive(Clone, Debug)]
pub struct IdempotentRequest {
    /// The key.
    pub key: IdempotencyKey,
    /// A hash of the parsed body.
    pub body_hash: String,
}

/// What a key was used for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IdempotencyRecord {
    key: String,
    /// The hash of the body.
    pub body_hash: String,
    /// The name of the service in the answer.
    pub service_name: String,
    /// The sort key of the change in the service's history.
    pub(super) at: String,
    /// The sort key of the reset that was stored with it, if one was due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reset: Option<String>,
    expires_at: i64,
}

/// The table of idempotency keys.
#[derive(Clone, Debug)]
pub struct IdempotencyTable {
    name: String,
}

impl IdempotencyTable {
    /// The table of this name.
    #[must_use]
    pub const fn new(name: String) -> Self {
        Self { name }
    }

    pub(super) fn row(&self, key: &IdempotencyKey) -> Row<'_> {
        let key = Item::from([(idempotency::KEY.to_owned(), text(&key.0))]);
        Row { table: &self.name, key }
    }

    /// Stores a record, unless one with the same key still counts; then the transaction is cancelled.
    ///
    /// # Errors
    /// [`StoreFault::InvalidRequest`] if the record cannot be written as an item.
    pub(super) fn put(
        &self,
        request: &IdempotentRequest,
        service_name: &str,
        transaction: &Transaction,
        now: Timestamp,
    ) -> Result<Put, StoreFault> {
        let mut keys = transaction.changes.iter().rev().map(RecordedChange::key);
        let record = IdempotencyRecord {
            key: request.key.0.clone(),
            body_hash: request.body_hash.clone(),
            service_name: service_name.to_owned(),
            at: keys.next().unwrap_or_default(),
            reset: keys.next(),
            expires_at: now.plus(REMEMBERED).epoch_seconds(),
        };
        Put::builder()
            .table_name(&self.name)
            .set_item(Some(serde_dynamo::to_item(record).map_err(StoreFault::invalid_request)?))
            .condition_expression("attribute_not_exists(#key) OR #expires <= :now")
            .expression_attribute_names("#key", idempotency::KEY)
            .expression_attribute_names("#expires", idempotency::EXPIRES_AT)
            .expression_attribute_values(":now", number(now.epoch_seconds()))
            .build()
            .map_err(StoreFault::invalid_request)
    }
}

/// Parses a row; `None` if it no longer counts.
///
/// # Errors
/// [`StoreFault::Unreadable`] if attributes are missing or have another type.
pub(super) fn parse_record(
    item: Item,
    now: Timestamp,
) -> Result<Option<IdempotencyRecord>, StoreFault> {
    let record: IdempotencyRecord =
        from_item(item).map_err(|_| StoreFault::Unreadable("an idempotency record".to_owned()))?;
    Ok(Some(record).filter(|record| record.expires_at > now.epoch_seconds()))
}
