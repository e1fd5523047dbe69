//! DynamoDB's items and attribute values, as the store's modules build them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{DeserializeOwned, IntoDeserializer, value::MapDeserializer};
use serde_dynamo::{Deserializer, Error};

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

/// Reads a row, as `serde_dynamo::from_item` does. That first collects all attributes into another map, which is
/// a tenth of a page's instructions.
///
/// # Errors
/// An attribute is missing or has another type.
pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    let attributes = item.into_iter().map(|(name, value)| (name, Attribute(value)));
    T::deserialize(MapDeserializer::new(attributes))
}

struct Attribute(AttributeValue);

impl IntoDeserializer<'_, Error> for Attribute {
    type Deserializer = Deserializer;

    fn into_deserializer(self) -> Deserializer {
        Deserializer::from_attribute_value(self.0.into())
    }
}
