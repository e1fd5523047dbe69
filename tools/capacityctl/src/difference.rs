//! The attributes of an item that a write would change.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::scan::Item;

/// An attribute that a write would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub attribute: &'static str,
    /// The stored value; `None` if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The new value; `None` if the write removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(f, "{}: {} -> {}", self.attribute, text(&self.from), text(&self.to))
    }
}

/// The differences between the stored item, if there is one, and the wanted attributes.
pub(crate) fn between<'a>(
    stored: Option<&Item>,
    wanted: impl IntoIterator<Item = (&'static str, Option<&'a AttributeValue>)>,
) -> Vec<Difference> {
    let differences = wanted.into_iter().filter_map(|(attribute, to)| {
        let from = stored.and_then(|item| item.get(attribute)).map(text);
        let to = to.map(text);
        (from != to).then_some(Difference { attribute, from, to })
    });
    differences.collect()
}

/// A value as text. Different values of an attribute have different texts.
pub(crate) fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => format!("{text:?}"),
        AttributeValue::N(number) => number.clone(),
        AttributeValue::Bool(value) => value.to_string(),
        AttributeValue::Ss(values) | AttributeValue::Ns(values) => {
            let mut values = values.clone();
            values.sort();
            values.join(" ")
        }
        other => format!("{other:?}"),
    }
}
