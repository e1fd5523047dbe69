//! The table of the pages' sessions. The cookie's value is not in it, only its hash.

use std::error::Error;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::AttributeValue,
};
use serde::Deserialize;

use super::{
    StoreFault,
    attribute::{Item, from_item, number, text},
    keys::sessions,
};
use crate::domain::{Session, Timestamp};

/// The table of the pages' sessions.
#[derive(Clone, Debug)]
pub struct SessionsTable {
    client: Client,
    name: String,
}

/// The key of a session's row: the SHA-256 of the cookie's value, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionKey(pub String);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionItem {
    subject: String,
    scope: String,
    expires_at: i64,
    last_active: i64,
    shared_computer: bool,
}

impl SessionsTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: &Client, name: String) -> Self {
        Self { client: client.clone(), name }
    }

    /// The session with this key, which may have expired. Read strongly consistently: after a sign-out there is none.
    ///
    /// # Errors
    /// The store failed, or the row cannot be read.
    pub async fn session(&self, key: &SessionKey) -> Result<Option<Session>, StoreFault> {
        let read = self.client.get_item().table_name(&self.name).set_key(Some(row_key(key)));
        let read = read.consistent_read(true).send().await.map_err(StoreFault::unavailable)?;
        read.item.map(parse_session).transpose()
    }

    /// Stores a new session. Its key is random, so a row with this key is what an earlier attempt of this call stored,
    /// whose answer was lost.
    ///
    /// # Errors
    /// The store failed.
    pub async fn begin(&self, key: &SessionKey, session: &Session) -> Result<(), StoreFault> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item(key, session)));
        let put = put.condition_expression("attribute_not_exists(#id)");
        let sent = put.expression_attribute_names("#id", sessions::ID).send().await;
        unless_refused(sent, PutItemError::is_conditional_check_failed_exception)
    }

    /// Records that the person did something at `now`. A session that has ended in the meantime stays ended.
    ///
    /// # Errors
    /// The store failed.
    pub async fn record_activity(
        &self,
        key: &SessionKey,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        let update = self.client.update_item().table_name(&self.name).set_key(Some(row_key(key)));
        let sent = update
            .update_expression("SET #active = :now")
            .condition_expression("attribute_exists(#id)")
            .expression_attribute_names("#active", sessions::LAST_ACTIVE)
            .expression_attribute_names("#id", sessions::ID)
            .expression_attribute_values(":now", number(now.epoch_seconds()))
            .send()
            .await;
        unless_refused(sent, UpdateItemError::is_conditional_check_failed_exception)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store failed: the session may still be there.
    pub async fn end(&self, key: &SessionKey) -> Result<(), StoreFault> {
        let delete = self.client.delete_item().table_name(&self.name);
        let delete = delete.set_key(Some(row_key(key)));
        delete.send().await.map(drop).map_err(StoreFault::unavailable)
    }
}

/// Success, also if the condition did not hold.
fn unless_refused<T, E>(
    sent: Result<T, SdkError<E>>,
    is_refusal: impl FnOnce(&E) -> bool,
) -> Result<(), StoreFault>
where
    SdkError<E>: Error + Send + Sync + 'static,
{
    match sent {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(is_refusal) => Ok(()),
        Err(error) => Err(StoreFault::unavailable(error)),
    }
}

fn row_key(SessionKey(key): &SessionKey) -> Item {
    Item::from([(sessions::ID.to_owned(), text(key))])
}

fn item(key: &SessionKey, session: &Session) -> Item {
    let mut item = row_key(key);
    item.extend([
        (sessions::SUBJECT.to_owned(), text(&session.subject)),
        (sessions::SCOPE.to_owned(), text(&session.scope)),
        (sessions::EXPIRES_AT.to_owned(), number(session.expires_at.epoch_seconds())),
        (sessions::LAST_ACTIVE.to_owned(), number(session.last_active.epoch_seconds())),
        (sessions::SHARED_COMPUTER.to_owned(), AttributeValue::Bool(session.shared_computer)),
    ]);
    item
}

fn parse_session(item: Item) -> Result<Session, StoreFault> {
    // Leaves out the error's text, which quotes the item.
    let unreadable = || StoreFault::Unreadable("a session's".to_owned());
    let item: SessionItem = from_item(item).map_err(|_| unreadable())?;
    let time = |seconds| Timestamp::from_epoch_seconds(seconds).ok_or_else(unreadable);
    Ok(Session {
        subject: item.subject,
        scope: item.scope,
        expires_at: time(item.expires_at)?,
        last_active: time(item.last_active)?,
        shared_computer: item.shared_computer,
    })
}
