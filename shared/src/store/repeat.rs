//! Rows of the idempotency table: what a client's key was used for. They stand as long as a client
//! may still repeat the request, and are written by the transaction that they tell of.

use aws_sdk_dynamodb::types::Put;
use serde::{Deserialize, Serialize};

use super::{
    StoreFault,
    attribute::{Item, number, text},
    keys::idempotency,
};
use crate::domain::{Minutes, ServiceId, Timestamp};

/// How long a key is remembered.
const REMEMBERED: Minutes = Minutes(24 * 60);

/// An update as its client names it: who, of which service, under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatKey(String);

impl RepeatKey {
    /// The name of an update. `key` is without `#`.
    #[must_use]
    pub fn new(subject: &str, service: ServiceId, key: &str) -> Self {
        Self(format!("{service}#{key}#{subject}"))
    }

    /// The key of the row.
    pub(super) fn row(&self) -> Item {
        Item::from([(idempotency::KEY.to_owned(), text(&self.0))])
    }
}

/// What an update that a client has named asks for, and how its answer looks.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name.
    pub key: RepeatKey,
    /// A hash of the parsed body.
    pub body_hash: String,
    /// The service's name, as the answer has it.
    pub service_name: String,
}

/// What a key was used for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    key: String,
    /// The hash of the body.
    pub body_hash: String,
    /// The service's name, as the answer had it.
    pub service_name: String,
    /// Where the change stands in the service's history.
    pub(super) at: String,
    expires_at: i64,
}

/// Remembers the key in the transaction that stores a change at that place in history; unless the
/// key is in use, which cancels the transaction.
///
/// # Errors
/// [`StoreFault::Unbuildable`] if the row cannot be written as an item.
pub(super) fn put(
    table: &str,
    named: &Named,
    at: String,
    now: Timestamp,
) -> Result<Put, StoreFault> {
    let row = Use {
        key: named.key.0.clone(),
        body_hash: named.body_hash.clone(),
        service_name: named.service_name.clone(),
        at,
        expires_at: now.plus(REMEMBERED).epoch_seconds(),
    };
    Put::builder()
        .table_name(table)
        .set_item(Some(serde_dynamo::to_item(row).map_err(StoreFault::unbuildable)?))
        .condition_expression("attribute_not_exists(#key) OR #expires <= :now")
        .expression_attribute_names("#key", idempotency::KEY)
        .expression_attribute_names("#expires", idempotency::EXPIRES_AT)
        .expression_attribute_values(":now", number(now.epoch_seconds()))
        .build()
        .map_err(StoreFault::unbuildable)
}

/// Reads a row; `None` if it counts no more.
///
/// # Errors
/// [`StoreFault::Unreadable`] if attributes are missing or of another type.
pub(super) fn in_use(item: Item, now: Timestamp) -> Result<Option<Use>, StoreFault> {
    let row: Use = serde_dynamo::from_item(item)
        .map_err(|_| StoreFault::Unreadable("an idempotency key's".to_owned()))?;
    Ok(Some(row).filter(|row| row.expires_at > now.epoch_seconds()))
}
