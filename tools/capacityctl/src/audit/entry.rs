//! A row of the audit table.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::domain::{ServiceId, Timestamp};
use uuid::Uuid;

use crate::scan::Item;

/// The attributes of a row.
pub(crate) mod keys {
    /// Partition key (S): what was changed, [`super::Resource`].
    pub(crate) const RESOURCE: &str = "resource";
    /// Sort key (S): the time, `#`, and the id of the row. Ids sort by time too.
    pub(crate) const AT: &str = "at";
    /// Who did it (S).
    pub(crate) const OPERATOR: &str = "operator";
    /// The command (S).
    pub(crate) const ACTION: &str = "action";
    /// The attributes before (M); absent if there was nothing.
    pub(crate) const BEFORE: &str = "before";
    /// The attributes after (M); absent if nothing is left.
    pub(crate) const AFTER: &str = "after";
    /// What else belongs to the action (M).
    pub(crate) const DETAILS: &str = "details";
    /// The version of this program (S).
    pub(crate) const VERSION: &str = "version";
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The user of this subject. A username can change.
    User(String),
    /// A service.
    Service(ServiceId),
    /// All users, by an import.
    Users,
    /// All services.
    Services,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(subject) => write!(f, "user:{subject}"),
            Self::Service(id) => write!(f, "service:{id}"),
            Self::Users => f.write_str("users"),
            Self::Services => f.write_str("services"),
        }
    }
}

/// What an operator did to something, and when.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    id: Uuid,
    resource: Resource,
    before: Option<Item>,
    after: Option<Item>,
    details: Item,
}

impl Entry {
    /// A row about this, as of now.
    pub(crate) fn now(resource: Resource) -> Self {
        // An id of this version has the time in it.
        let (id, details) = (Uuid::now_v7(), Item::new());
        Self { id, resource, before: None, after: None, details }
    }

    /// What was stored, and what is stored now.
    pub(crate) fn change(mut self, before: Option<Item>, after: Option<Item>) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// Something else that belongs to the action.
    pub(crate) fn detail(mut self, name: &str, value: AttributeValue) -> Self {
        self.details.insert(name.to_owned(), value);
        self
    }

    /// The row's id.
    pub(crate) const fn id(&self) -> Uuid {
        self.id
    }

    /// The row.
    pub(super) fn into_item(self, operator: &str, action: &str) -> Item {
        let text = AttributeValue::S;
        let map = |item: Item| (!item.is_empty()).then_some(AttributeValue::M(item));
        let attributes = [
            (keys::RESOURCE, Some(text(self.resource.to_string()))),
            (keys::AT, Some(text(format!("{}#{}", time(self.id), self.id)))),
            (keys::OPERATOR, Some(text(operator.to_owned()))),
            (keys::ACTION, Some(text(action.to_owned()))),
            (keys::BEFORE, self.before.and_then(map)),
            (keys::AFTER, self.after.and_then(map)),
            (keys::DETAILS, map(self.details)),
            (keys::VERSION, Some(text(env!("CARGO_PKG_VERSION").to_owned()))),
        ];
        let present = attributes.into_iter();
        present.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

/// The time that an id was made at.
fn time(id: Uuid) -> Timestamp {
    let seconds = id.get_timestamp().map(|at| at.to_unix().0).unwrap_or_default();
    Timestamp::saturating_from_epoch_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}
