//! The audit table: what operators did, to what, and what it was before and after.
//!
//! Rows are only ever put, each under a key of its own; nothing here updates or deletes one. A change and its row
//! are one transaction.

mod changes;
mod entry;
mod import;
mod list;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Put, TransactWriteItem},
};
use uuid::Uuid;

pub(crate) use self::{
    entry::{Entry, Resource, keys},
    import::import,
    list::{Filter, list},
};
use crate::{
    Error,
    target::{AUDIT_TABLE, Target},
    transaction,
    update::UpdateOutcome,
};

/// The audit table, for the changes that one command of one operator makes.
#[derive(Clone, Debug)]
pub struct Audit {
    table: String,
    operator: String,
    action: &'static str,
    /// The id of the row of the import that the changes belong to.
    import: Option<Uuid>,
}

impl Audit {
    /// Finds the table and the operator, for this action: a command such as `user grant`. To be called before anything
    /// is written.
    ///
    /// # Errors
    ///
    /// The table is not named, or AWS does not say who the operator is.
    pub(crate) async fn of(target: &Target, action: &'static str) -> Result<Self, Error> {
        let table = target.table(AUDIT_TABLE)?.to_owned();
        let operator = target.operator().await?.to_string();
        Ok(Self { table, operator, action, import: None })
    }

    /// The same, for the changes of an import.
    pub(crate) fn within(self, import: Uuid) -> Self {
        Self { import: Some(import), ..self }
    }

    /// The name of the table.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// The write of a row, for the transaction of the change.
    ///
    /// # Errors
    ///
    /// The request cannot be built.
    pub(crate) fn put(&self, mut entry: Entry) -> Result<TransactWriteItem, Error> {
        if let Some(id) = self.import {
            entry = entry.detail("import", AttributeValue::S(id.to_string()));
        }
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(entry.into_item(&self.operator, self.action)))
            .condition_expression("attribute_not_exists(#at)")
            .expression_attribute_names("#at", keys::AT)
            .build()
            .map_err(|error| Error::store(&self.table, error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Writes a row by itself, before a change that is no single transaction.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub(crate) async fn record(&self, client: &Client, entry: Entry) -> Result<(), Error> {
        match transaction::send(client, &self.table, vec![self.put(entry)?]).await? {
            UpdateOutcome::Stored => Ok(()),
            UpdateOutcome::Refused => {
                Err(Error::ConcurrentModification { table: self.table.clone() })
            }
        }
    }
}
