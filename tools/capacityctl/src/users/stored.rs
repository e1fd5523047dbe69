//! The users that the table has, and what a file makes of them.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use shared::store::keys::users as keys;

use super::{
    Step,
    row::{ATTRIBUTES, item},
};
use crate::{
    Failure, difference,
    refusal::{Place, Problems, Refusal},
    scan::{self, Item, text},
    user_file::User,
};

/// The rows of the table by their subjects. The whole table is read: there is no index by username,
/// and users are few.
pub(super) struct Stored(HashMap<String, Item>);

impl Stored {
    pub(super) async fn read(client: &Client, table: &str) -> Result<Self, Failure> {
        let rows = scan::rows(client, table, &ATTRIBUTES).await?;
        let rows = rows.into_iter().filter_map(|row| Some((text(&row, keys::SUBJECT)?, row)));
        Ok(Self(rows.collect()))
    }

    pub(super) fn holder(&self, subject: &str) -> Option<String> {
        self.0.get(subject).map(|row| text(row, keys::USERNAME).unwrap_or_default())
    }

    pub(super) fn subjects_of<'a>(
        &'a self,
        username: &'a str,
    ) -> impl Iterator<Item = String> + 'a {
        let own = move |row: &Item| text(row, keys::USERNAME).is_some_and(|name| name == username);
        self.0.iter().filter(move |(_, row)| own(row)).map(|(subject, _)| subject.clone())
    }

    /// A subject may pass from one user to another only if the file says where that other one goes.
    pub(super) fn refuse_taken_subjects(&self, users: &[User]) -> Result<(), Refusal> {
        let in_file: HashSet<&str> = users.iter().map(|user| user.username.as_str()).collect();
        let mut problems = Problems::default();
        for user in users {
            let holder = self.holder(&user.subject);
            let other = holder.filter(|name| *name != user.username);
            if let Some(holder) = other.filter(|name| !in_file.contains(name.as_str())) {
                let taken = format!(
                    "user {:?}: subject {:?} is that of user {holder:?}",
                    user.username, user.subject
                );
                problems.note(Place::File, taken);
            }
        }
        problems.none_or_refuse(())
    }

    /// What there is to do about a user, if anything; `kept` are the subjects that the file names.
    pub(super) fn step(&self, user: User, kept: &HashSet<String>) -> Option<Step> {
        let holder = self.holder(&user.subject);
        let old: Vec<String> =
            self.subjects_of(&user.username).filter(|it| *it != user.subject).collect();
        // What the user is now, under whichever subject.
        let now = self.0.get(old.first().unwrap_or(&user.subject));
        let wanted = item(&user);
        let wanted = ATTRIBUTES.map(|name| (name, wanted.get(name)));
        let differences = difference::between(now, wanted);
        let old = old.into_iter().filter(|subject| !kept.contains(subject)).collect();
        (!differences.is_empty()).then_some(Step { user, differences, holder, old })
    }
}
