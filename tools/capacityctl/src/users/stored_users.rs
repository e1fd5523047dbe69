//! The users in the table, and how a user of a file changes them.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use shared::store::keys::users as keys;

use super::{
    UserChange,
    item::{ATTRIBUTES, item, user},
    only,
    write::ItemChange,
};
use crate::{
    Error, ValidationError,
    difference::{self, Difference},
    scan::{self, Item, text},
    users_file::User,
    validation::{Location, Problems},
};

/// The items of the table by subject. Reads the whole table: there is no index by username, and users
/// are few.
pub(crate) struct StoredUsers(HashMap<String, Item>);

impl StoredUsers {
    pub(super) async fn read(client: &Client, table: &str) -> Result<Self, Error> {
        let items = scan::items(client, table, &ATTRIBUTES).await?;
        let items = items.into_iter().filter_map(|item| Some((text(&item, keys::SUBJECT)?, item)));
        Ok(Self(items.collect()))
    }

    /// The username of the user with this subject.
    pub(super) fn username_of(&self, subject: &str) -> Option<String> {
        self.0.get(subject).map(|item| text(item, keys::USERNAME).unwrap_or_default())
    }

    /// The item of this subject.
    pub(super) fn item(&self, subject: &str) -> Option<Item> {
        self.0.get(subject).cloned()
    }

    /// The user with this subject, if the item is a valid one.
    pub(super) fn user(&self, subject: &str) -> Option<User> {
        self.0.get(subject).and_then(user)
    }

    /// The valid user of this name.
    ///
    /// # Errors
    ///
    /// There are several.
    pub(super) fn named(&self, username: &str) -> Result<Option<User>, ValidationError> {
        only(self.subjects_of(username).filter_map(|subject| self.user(&subject)))
    }

    pub(super) fn subjects_of<'a>(
        &'a self,
        username: &'a str,
    ) -> impl Iterator<Item = String> + 'a {
        let matches =
            move |item: &Item| text(item, keys::USERNAME).is_some_and(|name| name == username);
        self.0.iter().filter(move |(_, item)| matches(item)).map(|(subject, _)| subject.clone())
    }

    /// A subject may pass to another user only if the file also has the user who holds it now.
    pub(super) fn check_subjects_are_free(
        &self,
        users: &[(Location, User)],
        problems: &mut Problems,
    ) {
        let in_file: HashSet<&str> = users.iter().map(|(_, user)| user.username.as_str()).collect();
        for (location, user) in users {
            let holder = self.username_of(&user.subject);
            let other = holder.filter(|name| *name != user.username);
            if let Some(holder) = other.filter(|name| !in_file.contains(name.as_str())) {
                let text = format!(
                    "subject: {:?} already belongs to user {holder:?} (`user rename` changes its name), so user {:?} \
                     cannot have it",
                    user.subject, user.username
                );
                problems.add(*location, text);
            }
        }
    }

    /// The change that makes the table hold this user; `None` if it already does. `subjects_in_file`
    /// are the subjects that the file names.
    pub(super) fn change(
        &self,
        user: User,
        subjects_in_file: &HashSet<String>,
    ) -> Option<UserChange> {
        let old_subjects: Vec<String> =
            self.subjects_of(&user.username).filter(|subject| *subject != user.subject).collect();
        // The user as stored now, under any subject.
        let stored = self.0.get(old_subjects.first().unwrap_or(&user.subject));
        let wanted = item(&user);
        let differences = changes(stored, &wanted);
        // An update that changes nothing would have an empty expression.
        let before = self.0.get(&user.subject);
        let own = (!changes(before, &wanted).is_empty()).then(|| ItemChange {
            subject: user.subject.clone(),
            before: before.cloned(),
            after: Some(wanted),
        });
        let removed =
            old_subjects.into_iter().filter(|subject| !subjects_in_file.contains(subject));
        let removed = removed.map(|subject| {
            let before = self.item(&subject);
            ItemChange { subject, before, after: None }
        });
        let items: Vec<ItemChange> = own.into_iter().chain(removed).collect();
        (!items.is_empty()).then_some(UserChange { user, differences, items })
    }
}

/// The attributes in which a stored item, if there is one, differs from the wanted one.
fn changes(stored: Option<&Item>, wanted: &Item) -> Vec<Difference> {
    difference::between(stored, ATTRIBUTES.map(|name| (name, wanted.get(name))))
}
