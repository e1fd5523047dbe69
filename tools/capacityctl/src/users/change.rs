//! Adds and changes one user.

use aws_sdk_dynamodb::Client;

use super::{
    item::item,
    stored_users::StoredUsers,
    write::{ItemChange, write},
};
use crate::{
    Error, ValidationError,
    audit::Audit,
    concurrency::MAX_DECISIONS,
    update::UpdateOutcome,
    users_file::User,
    validation::{Location, Problems},
};

/// A user after a change.
#[derive(Debug)]
pub(crate) struct ChangedUser {
    pub(crate) user: User,
    /// Whether the change wrote anything.
    pub(crate) written: bool,
}

/// Adds a user.
///
/// # Errors
///
/// The username or the subject is taken, or a fault of the store.
pub(crate) async fn add(
    client: &Client,
    table: &str,
    audit: &Audit,
    user: &User,
) -> Result<(), Error> {
    let stored = StoredUsers::read(client, table).await?;
    let mut problems = Problems::default();
    if stored.subjects_of(&user.username).next().is_some() {
        problems.add(
            Location::Argument("USERNAME"),
            format!("user {:?} already exists", user.username),
        );
    }
    if let Some(holder) = stored.username_of(&user.subject) {
        let text = format!(
            "subject {:?} already belongs to user {holder:?} (`user rename` changes its name)",
            user.subject
        );
        problems.add(Location::Argument("--subject"), text);
    }
    problems.into_result(())?;
    let added = ItemChange { subject: user.subject.clone(), before: None, after: Some(item(user)) };
    match write(client, table, vec![added], Some(audit)).await? {
        UpdateOutcome::Stored => Ok(()),
        UpdateOutcome::Refused => Err(Error::ConcurrentModification { table: table.to_owned() }),
    }
}

/// Changes the user of this name: reads, decides, and writes only if nobody changed the user meanwhile. Otherwise it
/// decides again. So the audit row says what really was before.
///
/// # Errors
///
/// No such user or several, what `decide` refuses, a concurrent change, a fault of the store.
pub(crate) async fn change(
    client: &Client,
    table: &str,
    audit: &Audit,
    username: &str,
    decide: impl Fn(&StoredUsers, &User) -> Result<User, Error>,
) -> Result<ChangedUser, Error> {
    let mut wanted: Option<User> = None;
    for _ in 0..MAX_DECISIONS {
        let stored = StoredUsers::read(client, table).await?;
        // Somebody else made this very change.
        if let Some(user) = wanted.take_if(|user| stored.user(&user.subject).as_ref() == Some(user))
        {
            return Ok(ChangedUser { user, written: true });
        }
        let Some(before) = stored.named(username)? else {
            return Err(match wanted {
                None => Error::UnknownUser(username.to_owned()),
                Some(_) => Error::ConcurrentModification { table: table.to_owned() },
            });
        };
        let user = decide(&stored, &before)?;
        if user == before {
            return Ok(ChangedUser { user, written: false });
        }
        let change = ItemChange {
            subject: before.subject.clone(),
            before: stored.item(&before.subject),
            after: Some(item(&user)),
        };
        match write(client, table, vec![change], Some(audit)).await? {
            UpdateOutcome::Stored => return Ok(ChangedUser { user, written: true }),
            UpdateOutcome::Refused => wanted = Some(user),
        }
    }
    Err(Error::ConcurrentModification { table: table.to_owned() })
}

/// The user under this name, unless another user has it.
///
/// # Errors
///
/// The name is taken.
pub(crate) fn renamed(stored: &StoredUsers, user: &User, name: &str) -> Result<User, Error> {
    if stored.subjects_of(name).any(|subject| subject != user.subject) {
        let text = format!("user {name:?} already exists");
        return Err(ValidationError::new(Location::Argument("NEW"), text).into());
    }
    Ok(User { username: name.to_owned(), ..user.clone() })
}
