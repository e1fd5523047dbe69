//! A row of the users table.

use std::collections::HashSet;

use serde::Deserialize;

use super::{
    StoreFault,
    attribute::{Item, from_item},
    keys::users::EDIT_CAPACITY,
};
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

/// Parses a row.
///
/// # Errors
/// [`StoreFault::Unreadable`] if attributes are missing or have another type.
pub(super) fn parse_user(item: Item) -> Result<User, StoreFault> {
    // Leaves out the error's text, which quotes the item, and the subject: both may contain a username.
    let parsed = from_item(item).ok().and_then(UserItem::into_user);
    parsed.ok_or_else(|| StoreFault::Unreadable("a user's".to_owned()))
}

impl UserItem {
    fn into_user(self) -> Option<User> {
        Some(User {
            subject: self.subject,
            username: self.username,
            active: self.active,
            edit_capacity: self.permissions.contains(EDIT_CAPACITY),
            services: self.services.into_iter().map(ServiceId::new).collect::<Option<_>>()?,
        })
    }
}
