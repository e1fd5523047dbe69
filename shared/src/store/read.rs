//! Reads of several rows at once.
//!
//! `BatchGetItem` is one round trip, but no snapshot: while a transaction is being applied, it can see some
//! of its rows and miss others. `TransactGetItems` sees all of them or none, and costs twice as much. Use
//! `transact_get` to find out whether a transaction was applied.
//! See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_get_items::TransactGetItemsError,
    types::{ConsumedCapacity, Get, KeysAndAttributes, ReturnConsumedCapacity, TransactGetItem},
};

use super::{StoreFault, attribute::Item};

/// How up to date a read must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consistency {
    /// May miss a change of the last second. Costs half, and one item bears twice the load.
    Eventual,
    /// Sees every acknowledged change.
    Strong,
}

/// One row to read.
pub(super) struct Row<'a> {
    pub(super) table: &'a str,
    pub(super) key: Item,
}

/// How often a read is sent that meets a transaction in flight.
pub(super) const MAX_ATTEMPTS: u32 = 8;
/// How often the keys of a batch are asked for. The pauses in between can take longer than a function has, and
/// then the function ends the read before.
const MAX_BATCHES: u32 = 10;
/// The longest pause after the first attempt. It doubles with each attempt.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// Reads one row from each of these tables by one `BatchGetItem`. All tables must differ.
///
/// # Errors
/// The store failed; [`StoreFault::Unprocessed`] if it kept leaving a key unprocessed.
pub(super) async fn batch_get<const N: usize>(
    client: &Client,
    rows: [(Option<Row<'_>>, Consistency); N],
) -> Result<[Option<Item>; N], StoreFault> {
    let tables = rows.each_ref().map(|(row, _)| row.as_ref().map_or("", |row| row.table));
    let mut request = HashMap::with_capacity(N);
    for (row, consistency) in rows {
        if let Some(Row { table, key }) = row {
            request.insert(table.to_owned(), keys(vec![key], consistency)?);
        }
    }
    let mut found = batch(client, request, ReturnConsumedCapacity::None).await?.items;
    Ok(tables.map(|table| found.remove(table).and_then(|items| items.into_iter().next())))
}

/// Reads several rows of one table by one `BatchGetItem`, strongly consistently, in no order. Also returns the read
/// units that this took.
///
/// # Errors
/// As [`batch_get`].
pub(super) async fn batch_get_all(
    client: &Client,
    table: &str,
    wanted: Vec<Item>,
) -> Result<(Vec<Item>, f64), StoreFault> {
    let request = HashMap::from([(table.to_owned(), keys(wanted, Consistency::Strong)?)]);
    let mut read = batch(client, request, ReturnConsumedCapacity::Total).await?;
    Ok((read.items.remove(table).unwrap_or_default(), read.units))
}

/// What `BatchGetItem` read.
#[derive(Default)]
pub(super) struct BatchRead {
    /// The rows by table.
    items: HashMap<String, Vec<Item>>,
    /// The read units, if they were asked for.
    units: f64,
}

fn keys(keys: Vec<Item>, consistency: Consistency) -> Result<KeysAndAttributes, StoreFault> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(consistency == Consistency::Strong)
        .build()
        .map_err(StoreFault::invalid_request)
}

/// Asks for all keys, and again for those that DynamoDB leaves unprocessed, which it does to the keys of a busy
/// partition. They are never taken for absent. The SDK does not ask again: to it, the call has succeeded. If
/// DynamoDB processes none of the keys, it refuses the call, and the SDK retries that itself.
///
/// # Errors
/// As [`batch_get`].
pub(super) async fn batch(
    client: &Client,
    mut keys: HashMap<String, KeysAndAttributes>,
    capacity: ReturnConsumedCapacity,
) -> Result<BatchRead, StoreFault> {
    let mut read = BatchRead::default();
    for attempt in 1..=MAX_BATCHES {
        let request = client.batch_get_item().set_request_items(Some(keys));
        let request = request.return_consumed_capacity(capacity.clone());
        let answer = request.send().await.map_err(StoreFault::unavailable)?;
        for (table, items) in answer.responses.unwrap_or_default() {
            read.items.entry(table).or_default().extend(items);
        }
        read.units += consumed_units(answer.consumed_capacity.iter().flatten());
        keys = answer.unprocessed_keys.unwrap_or_default();
        if keys.is_empty() {
            return Ok(read);
        }
        if attempt < MAX_BATCHES {
            pause(FIRST_PAUSE, attempt).await;
        }
    }
    Err(StoreFault::Unprocessed)
}

/// The read units that DynamoDB reports.
pub(super) fn consumed_units<'a>(reported: impl IntoIterator<Item = &'a ConsumedCapacity>) -> f64 {
    reported.into_iter().filter_map(|table| table.capacity_units).sum()
}

/// Reads rows by one `TransactGetItems`: what they all were at one moment.
///
/// While a transaction is being applied to one of them, DynamoDB refuses; then this waits and asks again.
///
/// # Errors
/// The store failed; [`StoreFault::Contended`] if it kept refusing.
pub(super) async fn transact_get<const N: usize>(
    client: &Client,
    rows: [Option<Row<'_>>; N],
) -> Result<[Option<Item>; N], StoreFault> {
    let is_asked = rows.each_ref().map(Option::is_some);
    let gets = rows.into_iter().flatten().map(get).collect::<Result<Vec<_>, _>>()?;
    for attempt in 1..=MAX_ATTEMPTS {
        let sent = client.transact_get_items().set_transact_items(Some(gets.clone())).send().await;
        match sent {
            Ok(answer) => {
                let mut items = answer.responses.unwrap_or_default().into_iter();
                let mut next = || items.next().and_then(|response| response.item);
                return Ok(is_asked.map(|is_asked| if is_asked { next() } else { None }));
            }
            Err(error) if is_conflict(&error) && attempt == MAX_ATTEMPTS => break,
            Err(error) if is_conflict(&error) => pause(FIRST_PAUSE, attempt).await,
            Err(error) => return Err(StoreFault::unavailable(error)),
        }
    }
    Err(StoreFault::Contended)
}

fn get(Row { table, key }: Row<'_>) -> Result<TransactGetItem, StoreFault> {
    let get = Get::builder().table_name(table).set_key(Some(key)).build();
    Ok(TransactGetItem::builder().get(get.map_err(StoreFault::invalid_request)?).build())
}

fn is_conflict(error: &SdkError<TransactGetItemsError>) -> bool {
    let Some(TransactGetItemsError::TransactionCanceledException(canceled)) =
        error.as_service_error()
    else {
        return false;
    };
    canceled
        .cancellation_reasons()
        .iter()
        .any(|reason| reason.code() == Some("TransactionConflict"))
}

/// Waits a random part of `first`, doubled with each attempt, so that callers do not stay in step.
pub(crate) async fn pause(first: Duration, attempt: u32) {
    let longest = first * 2_u32.saturating_pow(attempt - 1);
    tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
}
