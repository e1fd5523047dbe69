//! A user as an item of the table.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{domain::ServiceId, store::keys::users as keys};

use crate::{
    scan::{Item, text},
    users_file::User,
};

/// The attributes of a user.
pub(super) const ATTRIBUTES: [&str; 5] =
    [keys::SUBJECT, keys::USERNAME, keys::ACTIVE, keys::PERMISSIONS, keys::SERVICES];

/// Reads a user; `None` if the item is not a valid one.
pub(super) fn user(item: &Item) -> Option<User> {
    let permissions = item.get(keys::PERMISSIONS).and_then(|set| set.as_ss().ok());
    let services = item.get(keys::SERVICES).and_then(|set| set.as_ns().ok());
    Some(User {
        username: text(item, keys::USERNAME)?,
        subject: text(item, keys::SUBJECT)?,
        active: *item.get(keys::ACTIVE)?.as_bool().ok()?,
        permissions: permissions.into_iter().flatten().cloned().collect(),
        services: services.into_iter().flatten().filter_map(|id| id.parse().ok()).collect(),
    })
}

/// The whole item. DynamoDB has no empty sets, so an empty one is left out.
pub(super) fn item(user: &User) -> Item {
    let mut item = HashMap::from([
        (keys::SUBJECT.to_owned(), AttributeValue::S(user.subject.clone())),
        (keys::USERNAME.to_owned(), AttributeValue::S(user.username.clone())),
        (keys::ACTIVE.to_owned(), AttributeValue::Bool(user.active)),
    ]);
    let sets = [
        (keys::PERMISSIONS, permission_set(&user.permissions)),
        (keys::SERVICES, service_set(&user.services)),
    ];
    item.extend(sets.into_iter().filter_map(|(name, set)| Some((name.to_owned(), set?))));
    item
}

/// Permissions as an attribute; `None` if there are none.
fn permission_set(names: &BTreeSet<String>) -> Option<AttributeValue> {
    (!names.is_empty()).then(|| AttributeValue::Ss(names.iter().cloned().collect()))
}

/// Assigned services as an attribute; `None` if there are none.
fn service_set(services: &BTreeSet<ServiceId>) -> Option<AttributeValue> {
    (!services.is_empty())
        .then(|| AttributeValue::Ns(services.iter().map(ToString::to_string).collect()))
}
