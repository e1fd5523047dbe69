//! DynamoDB's items and attribute values, as the store's modules build them.

use std::{collections::HashMap, fmt, str::FromStr};

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

/// A number in a key, as DynamoDB has it: not every number is an id or a time, and a row that cannot be read has a key
/// too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyNumber(String);

/// The most digits of a number in DynamoDB.
const MAX_DIGITS: usize = 38;

impl KeyNumber {
    /// The number with this name in a key.
    pub(super) fn of_item(item: &Item, name: &str) -> Option<Self> {
        item.get(name)?.as_n().ok()?.parse().ok()
    }

    pub(super) fn value(&self) -> AttributeValue {
        AttributeValue::N(self.0.clone())
    }

    /// The number as another type; `None` if it is none of that type.
    pub(super) fn parse<T: FromStr>(&self) -> Option<T> {
        self.0.parse().ok()
    }
}

/// The text is no number that DynamoDB would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidNumber;

impl FromStr for KeyNumber {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let parts: Vec<_> = text.strip_prefix('-').unwrap_or(text).split('.').collect();
        let is_number = parts.len() <= 2
            && parts
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()));
        let is_short = parts.iter().map(|part| part.len()).sum::<usize>() <= MAX_DIGITS;
        if is_number && is_short { Ok(Self(text.to_owned())) } else { Err(InvalidNumber) }
    }
}

impl fmt::Display for KeyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
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
