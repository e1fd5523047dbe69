//! A user as a row of the table.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{domain::ServiceId, store::keys::users as keys};

use crate::{
    scan::{Item, text},
    user_file::User,
};

/// The attributes of a row.
pub(super) const ATTRIBUTES: [&str; 5] =
    [keys::SUBJECT, keys::USERNAME, keys::ACTIVE, keys::PERMISSIONS, keys::SERVICES];

/// The user of a row, if it is one.
pub(super) fn user(row: &Item) -> Option<User> {
    let permissions = row.get(keys::PERMISSIONS).and_then(|set| set.as_ss().ok());
    let services = row.get(keys::SERVICES).and_then(|set| set.as_ns().ok());
    Some(User {
        username: text(row, keys::USERNAME)?,
        subject: text(row, keys::SUBJECT)?,
        active: *row.get(keys::ACTIVE)?.as_bool().ok()?,
        permissions: permissions.into_iter().flatten().cloned().collect(),
        services: services.into_iter().flatten().filter_map(|id| id.parse().ok()).collect(),
    })
}

/// The whole item; DynamoDB has no empty sets, so an empty one is left out.
pub(super) fn item(user: &User) -> Item {
    let mut item = HashMap::from([
        (keys::SUBJECT.to_owned(), AttributeValue::S(user.subject.clone())),
        (keys::USERNAME.to_owned(), AttributeValue::S(user.username.clone())),
        (keys::ACTIVE.to_owned(), AttributeValue::Bool(user.active)),
    ]);
    let sets = [
        (keys::PERMISSIONS, permissions(&user.permissions)),
        (keys::SERVICES, assignments(&user.services)),
    ];
    item.extend(sets.into_iter().filter_map(|(name, set)| Some((name.to_owned(), set?))));
    item
}

/// A set of permissions as an attribute; none if it is empty.
pub(crate) fn permissions(names: &BTreeSet<String>) -> Option<AttributeValue> {
    (!names.is_empty()).then(|| AttributeValue::Ss(names.iter().cloned().collect()))
}

/// A set of assigned services as an attribute; none if it is empty.
pub(crate) fn assignments(services: &BTreeSet<ServiceId>) -> Option<AttributeValue> {
    (!services.is_empty())
        .then(|| AttributeValue::Ns(services.iter().map(ToString::to_string).collect()))
}
