//! Writes a user: the item is replaced whole, and never that of somebody else.

use std::time::Duration;

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

use super::{Step, row::item};
use crate::{Failure, user_file::User};

/// How often a transaction is sent that is cancelled for want of room, and how long between.
const ATTEMPTS: u32 = 60;
const PAUSE: Duration = Duration::from_millis(500);

/// Writes one user.
///
/// # Errors
///
/// Somebody else has changed the user meanwhile, or a fault of the store.
pub(super) async fn send(client: Client, table: String, step: Step) -> Result<(), Failure> {
    let Step { user, holder, old, .. } = step;
    let mut request = client.transact_write_items();
    for subject in old {
        request = request.transact_items(removal(&table, subject, &user.username)?);
    }
    let request = request.transact_items(replacement(&table, &user, holder)?);
    for _ in 0..ATTEMPTS {
        let sent = request.clone().send().await;
        match sent.map_err(SdkError::into_service_error) {
            Ok(_) => return Ok(()),
            Err(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                if is_refused(&canceled) {
                    return Err(Failure::Overtaken { table });
                }
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(Failure::store(&table, error)),
        }
    }
    Err(Failure::Overtaken { table })
}

/// Whether an item was not as a condition asks. Everything else passes: somebody's transaction on the
/// same items, or too many requests, neither of which the SDK tries again by itself.
fn is_refused(canceled: &TransactionCanceledException) -> bool {
    let refused = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    canceled.cancellation_reasons().iter().any(refused)
}

fn removal(table: &str, subject: String, username: &str) -> Result<TransactWriteItem, Failure> {
    let delete = Delete::builder()
        .table_name(table)
        .key(keys::SUBJECT, AttributeValue::S(subject))
        .condition_expression("#username = :username")
        .expression_attribute_names("#username", keys::USERNAME)
        .expression_attribute_values(":username", AttributeValue::S(username.to_owned()))
        .build()
        .map_err(|error| Failure::store(table, error))?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

fn replacement(
    table: &str,
    user: &User,
    holder: Option<String>,
) -> Result<TransactWriteItem, Failure> {
    let put = Put::builder().table_name(table).set_item(Some(item(user)));
    let put = match holder {
        None => put
            .condition_expression("attribute_not_exists(#subject)")
            .expression_attribute_names("#subject", keys::SUBJECT),
        Some(holder) => put
            .condition_expression("#username = :holder")
            .expression_attribute_names("#username", keys::USERNAME)
            .expression_attribute_values(":holder", AttributeValue::S(holder)),
    };
    let put = put.build().map_err(|error| Failure::store(table, error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}
