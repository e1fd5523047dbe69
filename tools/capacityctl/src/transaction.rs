//! Sends a transaction until it is stored or refused.

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem, error::TransactionCanceledException},
};
use uuid::Uuid;

use crate::{
    Error,
    concurrency::{MAX_ATTEMPTS, RETRY_DELAY},
    update::UpdateOutcome,
};

/// How long after it was dated the last request of a transaction may begin. Those who follow changes look back only so
/// far that they find its row even if the request takes 30 seconds.
const MAX_AGE: Duration = Duration::from_secs(60);

/// Sends a transaction that has just been dated, for at most a minute. If it is refused because that is over, it may still
/// be stored.
///
/// # Errors
///
/// The store failed.
pub(crate) async fn send_soon(
    client: &Client,
    tables: &str,
    writes: Vec<TransactWriteItem>,
) -> Result<UpdateOutcome, Error> {
    let sent = tokio::time::timeout(MAX_AGE, send(client, tables, writes)).await;
    sent.unwrap_or(Ok(UpdateOutcome::Refused))
}

/// Sends a transaction. It is applied once, however often it is sent: every sending has the same token. `tables` names
/// its tables in errors.
///
/// # Errors
///
/// The store failed.
pub(crate) async fn send(
    client: &Client,
    tables: &str,
    writes: Vec<TransactWriteItem>,
) -> Result<UpdateOutcome, Error> {
    let request = client
        .transact_write_items()
        .set_transact_items(Some(writes))
        .client_request_token(Uuid::new_v4().to_string());
    for attempt in 1.. {
        let sent = request.clone().send().await;
        match sent.map_err(SdkError::into_service_error) {
            Ok(_) => break,
            Err(TransactWriteItemsError::TransactionCanceledException(canceled))
                if condition_failed(&canceled) =>
            {
                return Ok(UpdateOutcome::Refused);
            }
            Err(
                TransactWriteItemsError::TransactionCanceledException(_)
                | TransactWriteItemsError::TransactionInProgressException(_),
            ) if attempt < MAX_ATTEMPTS => {
                tokio::time::sleep(RETRY_DELAY).await;
            }
            Err(error) => return Err(Error::store(tables, error)),
        }
    }
    Ok(UpdateOutcome::Stored)
}

/// Whether a condition failed. Other reasons are temporary (a conflicting transaction, throttling), and
/// the SDK does not retry them.
fn condition_failed(canceled: &TransactionCanceledException) -> bool {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    canceled.cancellation_reasons().iter().any(failed)
}
