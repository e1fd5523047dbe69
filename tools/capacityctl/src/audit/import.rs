//! The row of an import.
//!
//! It is written before the first change, with the counts of what will change: an import that is killed has one too.
//! The next import of the same file then counts what was left.

use aws_sdk_dynamodb::types::AttributeValue;
use ring::digest::{SHA256, digest};
use serde::Serialize;
use serde_json::Value;

use super::entry::{Entry, Resource};

/// An import of this file, which changes that much.
pub(crate) fn import(resource: Resource, file: &[u8], counts: &impl Serialize) -> Entry {
    let counts = serde_json::to_value(counts).unwrap_or_default();
    let counts = counts.as_object().into_iter().flatten();
    let entry = Entry::now(resource).detail("sha256", AttributeValue::S(sha256(file)));
    counts.fold(entry, |entry, (name, count)| entry.detail(name, number(count)))
}

fn number(count: &Value) -> AttributeValue {
    AttributeValue::N(count.to_string())
}

/// As `sha256sum` prints it.
fn sha256(bytes: &[u8]) -> String {
    let digest = digest(&SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
