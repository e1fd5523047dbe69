//! A change of whether a service is active, as the audit table records it.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{domain::ServiceId, store::keys::services as keys};

use crate::{
    audit::{Entry, Resource},
    scan::Item,
};

/// The attribute before and after the change; `None`: there is none.
#[derive(Clone, Debug)]
pub(crate) struct ActivityChange {
    pub(crate) before: Option<AttributeValue>,
    pub(crate) after: Option<AttributeValue>,
}

impl ActivityChange {
    /// The row of the audit table, as of now.
    pub(crate) fn into_row(self, id: ServiceId) -> Entry {
        let item = |value| Item::from([(keys::ACTIVE.to_owned(), value)]);
        Entry::now(Resource::Service(id)).change(self.before.map(item), self.after.map(item))
    }
}
