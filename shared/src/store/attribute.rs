//! DynamoDB's items and attribute values, as the store's modules build them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// A row, or the key of one, by attribute name.
pub(super) type Item = HashMap<String, AttributeValue>;

/// A number (N), which goes over the wire as text.
pub(super) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A string (S).
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}
