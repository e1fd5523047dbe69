//! Users in the table: imported, found, added.

mod row;
mod stored;
mod write;

use std::{collections::HashSet, fmt};

use aws_sdk_dynamodb::Client;
use indicatif::ProgressBar;
use serde::Serialize;

pub(crate) use self::row::{assignments, permissions};
use self::{
    row::{ATTRIBUTES, user},
    stored::Stored,
    write::send,
};
use crate::{
    Failure,
    difference::Difference,
    in_flight::run_all,
    refusal::{Place, Problems},
    scan,
    services::What,
    user_file::{self, User},
};

/// What holds while an import is unfinished.
const UNTIL_THEN: &str = "until then users have the rights and subjects that they had, and one whose \
                          subject was to pass to another may have none";

/// What an import has to do to a table.
#[derive(Debug)]
pub struct Comparison {
    /// The users to write.
    pub steps: Vec<Step>,
    /// How many users of the file are in the table already as the file has them.
    pub unchanged: usize,
}

/// A user to write.
#[derive(Debug)]
pub struct Step {
    /// The user, as the table is to hold them.
    pub user: User,
    /// What changes.
    pub differences: Vec<Difference>,
    /// Whose the item under the user's subject is now.
    holder: Option<String>,
    /// Items under subjects that the user no longer has.
    old: Vec<String>,
}

impl Step {
    /// What is done to the user.
    #[must_use]
    pub const fn what(&self) -> What {
        if self.holder.is_some() || !self.old.is_empty() { What::Changed } else { What::Added }
    }
}

/// What an import wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// How many were new.
    pub added: usize,
    /// How many are different now.
    pub changed: usize,
    /// How many were as the file has them.
    pub unchanged: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, changed, unchanged } = self;
        write!(f, "users: {added} added, {changed} changed, {unchanged} unchanged")
    }
}

/// Imports a file, CSV or JSON.
///
/// # Errors
///
/// A file that is refused, a change by someone else meanwhile, a fault of the store.
pub async fn import(client: &Client, table: &str, file: &[u8]) -> Result<Written, Failure> {
    import_users(client, table, user_file::parse(file)?).await
}

/// Imports users that are valid by themselves and together.
///
/// # Errors
///
/// As [`import`].
pub async fn import_users(
    client: &Client,
    table: &str,
    users: Vec<User>,
) -> Result<Written, Failure> {
    compare(client, table, users).await?.write(client, table, &ProgressBar::hidden()).await
}

/// Finds what would have to be written.
///
/// # Errors
///
/// A subject that is another user's, a fault of the store.
pub async fn compare(
    client: &Client,
    table: &str,
    users: Vec<User>,
) -> Result<Comparison, Failure> {
    let stored = Stored::read(client, table).await?;
    stored.refuse_taken_subjects(&users)?;
    let (given, kept) = (users.len(), users.iter().map(|user| user.subject.clone()));
    let kept: HashSet<String> = kept.collect();
    let steps = users.into_iter().filter_map(|user| stored.step(user, &kept));
    let steps: Vec<Step> = steps.collect();
    Ok(Comparison { unchanged: given - steps.len(), steps })
}

impl Comparison {
    /// How many users are written in each way.
    #[must_use]
    pub fn counts(&self) -> Written {
        let changed = self.steps.iter().filter(|step| step.what() == What::Changed).count();
        Written { added: self.steps.len() - changed, changed, unchanged: self.unchanged }
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// A change by someone else meanwhile, a fault of the store. What was written stays, and the same
    /// import does the rest.
    pub async fn write(
        self,
        client: &Client,
        table: &str,
        bar: &ProgressBar,
    ) -> Result<Written, Failure> {
        let (written, total) = (self.counts(), self.steps.len());
        let sent = self.steps.into_iter().map(|step| send(client.clone(), table.to_owned(), step));
        run_all(sent, bar).await.map_err(|failure| Failure::Unfinished {
            written: bar.position(),
            total,
            meanwhile: UNTIL_THEN,
            source: Box::new(failure),
        })?;
        Ok(written)
    }
}

/// The users of a table.
#[derive(Debug)]
pub struct All {
    /// Those that can be read, by name.
    pub users: Vec<User>,
    /// How many rows cannot be read.
    pub unreadable: usize,
}

/// Every user of a table.
///
/// # Errors
///
/// A fault of the store.
pub async fn all(client: &Client, table: &str) -> Result<All, Failure> {
    let rows = scan::rows(client, table, &ATTRIBUTES).await?;
    let mut users: Vec<User> = rows.iter().filter_map(user).collect();
    users.sort_by(|a, b| a.username.cmp(&b.username));
    Ok(All { unreadable: rows.len() - users.len(), users })
}

/// The user of that name.
///
/// # Errors
///
/// No such user, or a fault of the store.
pub async fn named(client: &Client, table: &str, username: &str) -> Result<User, Failure> {
    let users = all(client, table).await?.users;
    let found = users.into_iter().find(|user| user.username == username);
    found.ok_or_else(|| Failure::UnknownUser(username.to_owned()))
}

/// Writes a user who is new.
///
/// # Errors
///
/// The name or the subject is taken, or a fault of the store.
pub async fn add(client: &Client, table: &str, user: User) -> Result<(), Failure> {
    let stored = Stored::read(client, table).await?;
    let mut problems = Problems::default();
    if stored.subjects_of(&user.username).next().is_some() {
        problems.note(Place::CommandLine, format!("user {:?} is there already", user.username));
    }
    if let Some(holder) = stored.holder(&user.subject) {
        let taken = format!("subject {:?} is that of user {holder:?}", user.subject);
        problems.note(Place::CommandLine, taken);
    }
    problems.none_or_refuse(())?;
    let step = Step { user, differences: Vec::new(), holder: None, old: Vec::new() };
    send(client.clone(), table.to_owned(), step).await
}
