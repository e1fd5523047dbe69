//! A row of the users table.

use std::collections::HashSet;

use serde::Deserialize;

use super::{StoreFault, attribute::Item, keys::users::EDIT_CAPACITY};
use crate::domain::{ServiceId, User};

#[derive(Deserialize)]
struct UserItem {
    subject: String,
    username: String,
    active: bool,
    #[serde(default)]
    permissions: HashSet<String>,
    #[serde(default)]
    services: Vec<u64>,
}

/// Reads a row.
///
/// # Errors
/// [`StoreFault::Unreadable`] if attributes are missing or of another type.
pub(super) fn user(item: Item) -> Result<User, StoreFault> {
    let item: UserItem = serde_dynamo::from_item(item)
        .map_err(|error| StoreFault::Unreadable(format!("user: {error}")))?;
    let services = item.services.into_iter().map(ServiceId::new).collect::<Option<_>>();
    Ok(User {
        subject: item.subject,
        username: item.username,
        active: item.active,
        edit_capacity: item.permissions.contains(EDIT_CAPACITY),
        services: services.ok_or_else(|| {
            StoreFault::Unreadable("user: an assigned service that is no id".to_owned())
        })?,
    })
}
