//! Writes a user: replaces the whole item, but never the item of another user.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Delete, Put, TransactWriteItem,
        error::TransactionCanceledException,
    },
};
use shared::store::keys::users as keys;

use super::{UserChange, item::item};
use crate::{
    Error,
    concurrency::{MAX_ATTEMPTS, RETRY_DELAY},
    users_file::User,
};

/// Writes one user.
///
/// # Errors
///
/// A concurrent change of the user, or a fault of the store.
pub(super) async fn write_user(
    client: Client,
    table: String,
    change: UserChange,
) -> Result<(), Error> {
    let UserChange { user, replaced_username, old_subjects, .. } = change;
    let mut request = client.transact_write_items();
    for subject in old_subjects {
        request = request.transact_items(delete_item(&table, subject, &user.username)?);
    }
    let request = request.transact_items(put_item(&table, &user, replaced_username)?);
    for attempt in 1.. {
        let sent = request.clone().send().await;
        match sent.map_err(SdkError::into_service_error) {
            Ok(_) => break,
            Err(TransactWriteItemsError::TransactionCanceledException(canceled))
                if condition_failed(&canceled) =>
            {
                return Err(Error::ConcurrentModification { table });
            }
            Err(TransactWriteItemsError::TransactionCanceledException(_))
                if attempt < MAX_ATTEMPTS =>
            {
                tokio::time::sleep(RETRY_DELAY).await;
            }
            Err(error) => return Err(Error::store(&table, error)),
        }
    }
    Ok(())
}

/// Whether a condition failed. Other reasons are temporary (a conflicting transaction, throttling), and
/// the SDK does not retry them.
fn condition_failed(canceled: &TransactionCanceledException) -> bool {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    canceled.cancellation_reasons().iter().any(failed)
}

fn delete_item(table: &str, subject: String, username: &str) -> Result<TransactWriteItem, Error> {
    let delete = Delete::builder()
        .table_name(table)
        .key(keys::SUBJECT, AttributeValue::S(subject))
        .condition_expression("#username = :username")
        .expression_attribute_names("#username", keys::USERNAME)
        .expression_attribute_values(":username", AttributeValue::S(username.to_owned()))
        .build()
        .map_err(|error| Error::store(table, error))?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

fn put_item(
    table: &str,
    user: &User,
    replaced_username: Option<String>,
) -> Result<TransactWriteItem, Error> {
    let put = Put::builder().table_name(table).set_item(Some(item(user)));
    let put = match replaced_username {
        None => put
            .condition_expression("attribute_not_exists(#subject)")
            .expression_attribute_names("#subject", keys::SUBJECT),
        Some(username) => put
            .condition_expression("#username = :username")
            .expression_attribute_names("#username", keys::USERNAME)
            .expression_attribute_values(":username", AttributeValue::S(username)),
    };
    let put = put.build().map_err(|error| Error::store(table, error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}
