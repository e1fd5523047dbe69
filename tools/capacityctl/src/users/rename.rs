//! Gives a user another username.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use shared::store::{ItemUpdate, keys::users as keys};

use super::stored_users::StoredUsers;
use crate::{
    Error, ValidationError,
    update::{Update, UpdateOutcome},
    validation::Location,
};

/// Gives a user another username, unless another user has it.
///
/// # Errors
///
/// No such user, the name is taken, a concurrent change, or a fault of the store.
pub async fn rename(client: &Client, table: &str, old: &str, new: &str) -> Result<(), Error> {
    let stored = StoredUsers::read(client, table).await?;
    let subject = stored.subjects_of(old).next();
    let subject = subject.ok_or_else(|| Error::UnknownUser(old.to_owned()))?;
    if stored.subjects_of(new).next().is_some() {
        let text = format!("user {new:?} already exists");
        return Err(ValidationError::new(Location::Argument("NEW"), text).into());
    }
    let attributes = ItemUpdate::default()
        .set(keys::USERNAME, AttributeValue::S(new.to_owned()))
        .only_if(keys::USERNAME, AttributeValue::S(old.to_owned()));
    let update = Update::new(keys::SUBJECT, AttributeValue::S(subject.clone()), attributes);
    if update.send(client, table).await? == UpdateOutcome::Stored {
        return Ok(());
    }
    // If the answer to the write is lost, the SDK sends it again, and the condition refuses it.
    let stored = StoredUsers::read(client, table).await?;
    match stored.username_of(&subject).is_some_and(|name| name == new) {
        true => Ok(()),
        false => Err(Error::ConcurrentModification { table: table.to_owned() }),
    }
}
