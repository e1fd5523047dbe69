//! The table of idempotency keys: which change a client's key was used for.
//!
//! A record is written by the transaction that it describes, and counts for 24 hours. `update_tables.rs` reads it;
//! `operations/update_status/attempts.rs` decides on it.

use aws_sdk_dynamodb::types::Put;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{
    RecordedChange, StoreFault, Transaction,
    attribute::{Item, from_item, number, text},
    keys::idempotency,
    read::Row,
};
use crate::domain::{Minutes, ServiceDetails, ServiceId, Timestamp};

/// How long a key is remembered.
const REMEMBERED: Minutes = Minutes(24 * 60);

/// What is escaped in a client's key: the separator, and what begins an escape.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'#').add(b'%');

/// A client's `Idempotency-Key`, for one caller and one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of this caller for this service.
    ///
    /// No two callers, services or client's keys share one: a service's number and an escaped key have no `#`, so the
    /// first two `#` always end them. A key of letters, digits, `.`, `_` and `-` stays as it is. So the
    /// function's former version, which took no others, finds the same record while a deployment shifts traffic.
    #[must_use]
    pub fn new(subject: &str, service: ServiceId, key: &str) -> Self {
        Self(format!("{service}#{}#{subject}", utf8_percent_encode(key, ESCAPED)))
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
    /// The service's review interval in the answer, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_after_minutes: Option<u32>,
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
        service: &ServiceDetails,
        transaction: &Transaction,
        now: Timestamp,
    ) -> Result<Put, StoreFault> {
        let mut keys = transaction.changes.iter().rev().map(RecordedChange::key);
        let record = IdempotencyRecord {
            key: request.key.0.clone(),
            body_hash: request.body_hash.clone(),
            service_name: service.name.clone(),
            review_after_minutes: service.review_after.map(|minutes| minutes.0),
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

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::domain::limits::MAX_SUBJECT_BYTES;

    fn key(subject: &str, service: u64, key: &str) -> String {
        IdempotencyKey::new(subject, ServiceId::new(service).expect("an id"), key).0
    }

    /// All texts of one to three of the characters that could be mistaken for separators, escapes or ids.
    fn texts() -> Vec<String> {
        let characters = ["#", "%", "2", "3", "5", "a"];
        let mut texts: Vec<String> = characters.map(str::to_owned).to_vec();
        for length in 1..3 {
            let shorter: Vec<_> =
                texts.iter().filter(|text| text.len() == length).cloned().collect();
            texts.extend(
                shorter.iter().flat_map(|text| characters.map(|end| format!("{text}{end}"))),
            );
        }
        texts
    }

    #[test]
    fn no_two_callers_services_or_keys_share_a_record() {
        let (texts, mut found) = (texts(), HashMap::new());
        for (service, client_key, subject) in [2, 23, 235]
            .into_iter()
            .flat_map(|id| texts.iter().map(move |text| (id, text)))
            .flat_map(|(id, text)| texts.iter().map(move |subject| (id, text, subject)))
        {
            let request = (service, client_key, subject);
            let other = found.insert(key(subject, service, client_key), request);
            assert_eq!(other, None, "{request:?}");
        }
        assert_eq!(found.len(), 3 * 258 * 258);
    }

    #[test]
    fn plain_keys_stand_in_the_table_as_they_are() {
        assert_eq!(key("a#b", 30, "A-z_0.9"), "30#A-z_0.9#a#b");
        assert_eq!(key("c", 30, "a#b%"), "30#a%23b%25#c");
    }

    #[test]
    fn the_longest_key_fits_into_the_table() {
        let (longest, subject) = ("#".repeat(255), "x".repeat(MAX_SUBJECT_BYTES));
        let bytes = key(&subject, 999_999_999_999_999_999, &longest).len();
        assert!(bytes <= 2048, "{bytes}");
    }
}
