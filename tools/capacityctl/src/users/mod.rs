//! Users in the table: imports, finds and adds them.

mod change;
mod item;
mod stored_users;
mod write;

use std::{collections::HashSet, fmt};

use aws_sdk_dynamodb::Client;
use serde::Serialize;

pub(crate) use self::change::{ChangedUser, add, change, renamed};
pub(crate) use self::stored_users::StoredUsers;
use self::{
    item::{ATTRIBUTES, user},
    write::{ItemChange, write},
};
use crate::{
    Error, ValidationError,
    audit::Audit,
    concurrency::{Interrupt, run_all},
    difference::Difference,
    progress::Progress,
    scan,
    services::ChangeKind,
    update::UpdateOutcome,
    users_file::{self, User, UsersFile},
    validation::Location,
};

const ADVICE_IF_PARTIAL: &str = "run the same import again to write the rest: until then the other users keep their \
                                 old rights and subjects; a user whose subject passes to another user may have \
                                 none";

/// The changes that an import makes to the table.
#[derive(Debug)]
pub struct ImportPlan {
    /// The users to write.
    pub changes: Vec<UserChange>,
    /// How many users of the file already match the table.
    pub unchanged: usize,
}

/// A user to write.
#[derive(Debug)]
pub struct UserChange {
    /// The user as the table will hold them.
    pub user: User,
    /// The attributes that change.
    pub differences: Vec<Difference>,
    /// The items to write: the user's, and those of subjects that the user no longer has, which are deleted.
    items: Vec<ItemChange>,
}

impl UserChange {
    /// What happens to the user.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        if self.items.iter().any(|item| item.before.is_some()) {
            ChangeKind::Changed
        } else {
            ChangeKind::Added
        }
    }
}

/// How many users an import changed, by what happened to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ImportSummary {
    /// New users.
    pub added: usize,
    /// Users that changed.
    pub changed: usize,
    /// Users that already matched the file.
    pub unchanged: usize,
}

impl fmt::Display for ImportSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, changed, unchanged } = self;
        write!(f, "users: {added} added, {changed} changed, {unchanged} unchanged")
    }
}

/// Imports a CSV or JSON file.
///
/// # Errors
///
/// An invalid file, a concurrent change, a fault of the store.
pub async fn import(client: &Client, table: &str, file: &[u8]) -> Result<ImportSummary, Error> {
    import_users(client, table, users_file::parse(file)?).await
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
) -> Result<ImportSummary, Error> {
    let (progress, mut interrupt) = (Progress::silent(), Interrupt::never());
    let plan = plan(client, table, users.into()).await?;
    plan.apply(client, table, None, &progress, &mut interrupt).await
}

/// Plans an import.
///
/// # Errors
///
/// An invalid user, a subject that belongs to another user, a fault of the store.
pub async fn plan(client: &Client, table: &str, file: UsersFile) -> Result<ImportPlan, Error> {
    let UsersFile { users, mut problems, .. } = file;
    let stored = problems.problems_or(StoredUsers::read(client, table).await)?;
    stored.check_subjects_are_free(&users, &mut problems);
    let users = problems.into_result(users)?.into_iter().map(|(_, user)| user);
    let users: Vec<User> = users.collect();
    let user_count = users.len();
    let subjects: HashSet<String> = users.iter().map(|user| user.subject.clone()).collect();
    let changes = users.into_iter().filter_map(|user| stored.change(user, &subjects));
    let changes: Vec<UserChange> = changes.collect();
    Ok(ImportPlan { unchanged: user_count - changes.len(), changes })
}

impl ImportPlan {
    /// How many users change in each way.
    #[must_use]
    pub fn summary(&self) -> ImportSummary {
        let changed =
            self.changes.iter().filter(|change| change.kind() == ChangeKind::Changed).count();
        let added = self.changes.len() - changed;
        ImportSummary { added, changed, unchanged: self.unchanged }
    }

    /// Writes the changes, each with its row in the audit table. Only sample data has no `audit`.
    ///
    /// # Errors
    ///
    /// A concurrent change, a fault of the store, an interrupt. What was written stays; importing the same
    /// file again writes the rest.
    pub async fn apply(
        self,
        client: &Client,
        table: &str,
        audit: Option<&Audit>,
        progress: &Progress,
        interrupt: &mut Interrupt,
    ) -> Result<ImportSummary, Error> {
        let (summary, total) = (self.summary(), self.changes.len());
        progress.start_all("writing", total);
        let changes = self.changes.into_iter();
        let requests = changes
            .map(|change| write_user(client.clone(), table.to_owned(), change, audit.cloned()));
        run_all(requests, progress, interrupt).await.map_err(|error| Error::Partial {
            done: progress.position(),
            total,
            what: "rows were written",
            advice: ADVICE_IF_PARTIAL,
            source: Box::new(error),
        })?;
        Ok(summary)
    }
}

async fn write_user(
    client: Client,
    table: String,
    change: UserChange,
    audit: Option<Audit>,
) -> Result<(), Error> {
    match write(&client, &table, change.items, audit.as_ref()).await? {
        UpdateOutcome::Stored => Ok(()),
        UpdateOutcome::Refused => Err(Error::ConcurrentModification { table }),
    }
}

/// The users of a table.
#[derive(Debug)]
pub struct UserList {
    /// The valid ones, by username.
    pub users: Vec<User>,
    /// How many items cannot be read.
    pub unreadable: usize,
}

/// Reads every user of a table.
///
/// # Errors
///
/// A fault of the store.
pub async fn list(client: &Client, table: &str) -> Result<UserList, Error> {
    let items = scan::items(client, table, &ATTRIBUTES).await?;
    let mut users: Vec<User> = items.iter().filter_map(user).collect();
    users.sort_by(|a, b| a.username.cmp(&b.username));
    Ok(UserList { unreadable: items.len() - users.len(), users })
}

/// Finds a user by username.
///
/// # Errors
///
/// No such user or several, or a fault of the store.
pub async fn find(client: &Client, table: &str, username: &str) -> Result<User, Error> {
    let users = list(client, table).await?.users;
    let found = only(users.into_iter().filter(|user| user.username == username))?;
    found.ok_or_else(|| Error::UnknownUser(username.to_owned()))
}

/// The only one of the users of a name. Commands that ran together can have given it to several: then a command that
/// took one of them could leave rights to another.
///
/// # Errors
///
/// There are several.
fn only(users: impl Iterator<Item = User>) -> Result<Option<User>, ValidationError> {
    let mut users: Vec<User> = users.collect();
    if users.len() < 2 {
        return Ok(users.pop());
    }
    let mut subjects: Vec<_> = users.iter().map(|user| format!("{:?}", user.subject)).collect();
    subjects.sort_unstable();
    let text = format!(
        "several users have this name, with the subjects {}: import a users file in which each has its own",
        subjects.join(", ")
    );
    Err(ValidationError::new(Location::Argument("USERNAME"), text))
}
