//! An update of one item in a transaction, conditional where it has to be.

use aws_sdk_dynamodb::types::{self, AttributeValue, TransactWriteItem};
use shared::store::{Expressions, ItemUpdate};

use crate::{
    Error,
    difference::{self, Difference},
    scan::Item,
};

/// An update of some attributes of one item.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    key: Item,
    attributes: ItemUpdate,
}

/// The outcome of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdateOutcome {
    /// It is stored.
    Stored,
    /// A condition failed, or it was not sent in time: look again.
    Refused,
}

impl Update {
    /// An update of the item with this key.
    pub(crate) fn new(key: &'static str, value: AttributeValue, attributes: ItemUpdate) -> Self {
        Self { key: Item::from([(key.to_owned(), value)]), attributes }
    }

    /// The same with a sort key.
    pub(crate) fn with_sort_key(mut self, key: &'static str, value: AttributeValue) -> Self {
        self.key.insert(key.to_owned(), value);
        self
    }

    /// Sets one more attribute.
    pub(crate) fn set(mut self, name: &'static str, value: AttributeValue) -> Self {
        self.attributes = self.attributes.set(name, value);
        self
    }

    /// Drops the assignments to all other attributes than these.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.attributes.retain(keep);
    }

    /// Applies it only while the attribute has this value; `None`: while there is none.
    pub(crate) fn only_if(mut self, name: &'static str, value: Option<AttributeValue>) -> Self {
        self.attributes = self.attributes.only_if(name, value);
        self
    }

    /// The value that it gives to this attribute.
    pub(crate) fn assigned(&self, name: &str) -> Option<&AttributeValue> {
        self.attributes.assignments().find(|(own, _)| *own == name)?.1
    }

    /// What the update would change in this item.
    pub(crate) fn differences(&self, stored: Option<&Item>) -> Vec<Difference> {
        difference::between(stored, self.attributes.assignments())
    }

    /// The update as a part of a transaction.
    ///
    /// # Errors
    ///
    /// The request cannot be built.
    pub(crate) fn into_write(self, table: &str) -> Result<TransactWriteItem, Error> {
        let Expressions { update, condition, names, values } = self.attributes.build();
        let update = types::Update::builder()
            .table_name(table)
            .set_key(Some(self.key))
            .update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| Error::store(table, error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
