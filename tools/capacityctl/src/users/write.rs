//! Writes users: each only as it was read, in one transaction with its row in the audit table.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Delete, TransactWriteItem},
};
use shared::store::{Expressions, ItemUpdate, keys::users as keys};

use super::item::ATTRIBUTES;
use crate::{
    Error,
    audit::{Audit, Entry, Resource},
    scan::Item,
    transaction,
    update::{Update, UpdateOutcome},
};

/// The item of one subject as it was read, and as it is to be.
#[derive(Clone, Debug)]
pub(super) struct ItemChange {
    pub(super) subject: String,
    /// `None`: there is none.
    pub(super) before: Option<Item>,
    /// `None`: it is deleted.
    pub(super) after: Option<Item>,
}

/// Writes all these items or none, each only if it still is as it was read. Only sample data has no `audit`.
///
/// # Errors
///
/// A fault of the store.
pub(super) async fn write(
    client: &Client,
    table: &str,
    changes: Vec<ItemChange>,
    audit: Option<&Audit>,
) -> Result<UpdateOutcome, Error> {
    let (mut writes, mut tables) = (Vec::new(), table.to_owned());
    for change in changes {
        writes.push(change.write(table)?);
        if let Some(audit) = audit {
            let entry = Entry::now(Resource::User(change.subject));
            writes.push(audit.put(entry.change(change.before, change.after))?);
        }
    }
    if let Some(audit) = audit {
        tables.push_str(&format!(" or {}", audit.table()));
    }
    transaction::send(client, &tables, writes).await
}

impl ItemChange {
    fn write(&self, table: &str) -> Result<TransactWriteItem, Error> {
        let value =
            |item: &Option<Item>, name| item.as_ref().and_then(|item| item.get(name)).cloned();
        let mut attributes = ItemUpdate::default();
        for name in ATTRIBUTES {
            let before = value(&self.before, name);
            let after = value(&self.after, name);
            if self.after.is_some() && before != after && name != keys::SUBJECT {
                attributes = attributes.set(name, after);
            }
            attributes = attributes.only_if(name, before);
        }
        let subject = AttributeValue::S(self.subject.clone());
        if self.after.is_some() {
            return Update::new(keys::SUBJECT, subject, attributes).into_write(table);
        }
        let Expressions { condition, names, values, .. } = attributes.build();
        let delete = Delete::builder()
            .table_name(table)
            .key(keys::SUBJECT, subject)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| Error::store(table, error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}
