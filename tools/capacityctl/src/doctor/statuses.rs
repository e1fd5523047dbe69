//! Checks the columns of a status: whether they contradict each other, or the newest change in history.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use shared::{
    domain::{Cause, Rag, Reason, ServiceId, Timestamp},
    store::{
        StoreFault,
        keys::{history, history_key, services as keys},
    },
};

use super::affected::{ids, some};
use crate::{
    Error,
    concurrency::{MAX_ATTEMPTS, RETRY_DELAY},
    findings::{Findings, Verdict},
    scan::{Item, number, text},
    target::{STATUS_HISTORY_TABLE, Target},
};

/// The most keys of one request.
const MAX_KEYS: usize = 100;
/// What only a service that was updated has.
const OF_A_STATUS: [&str; 7] = [
    keys::STATUS,
    keys::RESET_DATE_TIME,
    keys::RESET_SHARD,
    keys::NOTES,
    keys::REASON,
    keys::MODIFIED_BY,
    keys::MODIFIED_DATE,
];
/// What only AMBER and RED have.
const OF_A_LIMITED_STATUS: [&str; 2] = [keys::REASON, keys::RESET_SHARD];
/// What the newest change and the service have in common.
const OF_A_CHANGE: [&str; 4] = [keys::STATUS, keys::RESET_DATE_TIME, keys::REASON, keys::NOTES];

/// Checks each row by itself.
pub(super) fn check(items: &[Item], findings: &mut Findings) {
    let affected = ids(items.iter().filter(|item| contradicts_itself(item)));
    let problem = some(&affected, items.len(), "with columns that their status does not have");
    let advice = "nobody is shown them, and the next update of the service removes them: a service that was never \
                  updated has no status, and GREEN has no reason and no resetShard";
    let healthy = "each has the columns of its status";
    findings.check("columns of statuses", healthy, Verdict::Warning, problem, advice);
    let affected = ids(items.iter().filter(|item| has_unlisted_reason(item)));
    let problem = some(&affected, items.len(), "with a reason that is not in the list");
    let advice = "readers are shown it as it is: another version of the API has it in its list, or it was written by \
                  hand; the next update of the service replaces it";
    let healthy = "each is in the list";
    findings.check("reasons", healthy, Verdict::Warning, problem, advice);
}

fn contradicts_itself(item: &Item) -> bool {
    let has = |name: &&str| item.contains_key(*name);
    if !item.contains_key(keys::VERSION) {
        return OF_A_STATUS.iter().any(has);
    }
    is_green(item) && OF_A_LIMITED_STATUS.iter().any(has)
}

fn is_green(item: &Item) -> bool {
    text(item, keys::STATUS).as_deref() == Some(Rag::Green.as_str())
}

fn has_unlisted_reason(item: &Item) -> bool {
    text(item, keys::REASON).is_some_and(|name| Reason::stored(name).known_name().is_none())
}

/// Compares each service with the newest change of its history. Redacting notes meanwhile looks like a contradiction.
///
/// # Errors
///
/// A fault of the store.
pub(super) async fn check_newest_changes(
    target: &Target,
    items: &[Item],
    findings: &mut Findings,
) -> Result<(), Error> {
    let updated: Vec<(&Item, Key)> =
        items.iter().filter_map(|item| Some((item, newest_change(item)?))).collect();
    let mut affected = Vec::new();
    for rows in updated.chunks(MAX_KEYS) {
        let changes = changes(target, rows.iter().map(|(_, key)| key)).await?;
        let wrong = |(item, key): &&(&Item, Key)| contradicts(item, changes.get(key));
        affected.extend(rows.iter().filter(wrong).map(|(item, _)| *item));
    }
    let problem = some(
        &ids(affected),
        updated.len(),
        "that are not as the newest change in their history says",
    );
    let advice = "a table was restored alone, or somebody wrote a row by hand: compare the service with its history, \
                  and set its status again";
    let healthy = "each service is as its newest change says";
    findings.check("newest changes", healthy, Verdict::Bad, problem, advice);
    Ok(())
}

/// The id and the sort key of a change.
type Key = (ServiceId, String);

/// The key of a service's newest change; `None` if it was never updated.
fn newest_change(item: &Item) -> Option<Key> {
    let at = Timestamp::from_epoch_seconds(number(item, keys::MODIFIED_DATE)?)?;
    Some((number(item, keys::ID)?, history_key(at, number(item, keys::VERSION)?)))
}

fn contradicts(item: &Item, change: Option<&Item>) -> bool {
    let Some(change) = change else { return true };
    let differs = |name: &&str| item.get(*name) != change.get(*name);
    OF_A_CHANGE.iter().any(differs) || is_wrong_deadline(change)
}

/// Moving a deadline keeps AMBER or RED.
fn is_wrong_deadline(change: &Item) -> bool {
    text(change, history::CAUSE).as_deref() == Some(Cause::Deadline.as_str())
        && (is_green(change) || change.get(history::PREVIOUS_STATUS) != change.get(keys::STATUS))
}

/// The changes with these keys, at most 100.
async fn changes(
    target: &Target,
    wanted: impl Iterator<Item = &Key>,
) -> Result<HashMap<Key, Item>, Error> {
    let table = target.table(STATUS_HISTORY_TABLE)?;
    let mut keys = KeysAndAttributes::builder().consistent_read(true);
    for (service, at) in wanted {
        keys = keys.keys(Item::from([
            (history::SERVICE_ID.to_owned(), AttributeValue::N(service.to_string())),
            (history::AT.to_owned(), AttributeValue::S(at.clone())),
        ]));
    }
    let keys = keys.build().map_err(|error| Error::store(table, error))?;
    let (mut left, mut found) = (HashMap::from([(table.to_owned(), keys)]), HashMap::new());
    for attempt in 1.. {
        let request = target.client().batch_get_item().set_request_items(Some(left));
        let answer = request.send().await.map_err(|error| Error::store(table, error))?;
        let items = answer.responses.unwrap_or_default().into_values().flatten();
        found.extend(items.filter_map(|item| {
            Some(((number(&item, history::SERVICE_ID)?, text(&item, history::AT)?), item))
        }));
        left = answer.unprocessed_keys.unwrap_or_default();
        if left.is_empty() {
            break;
        }
        if attempt == MAX_ATTEMPTS {
            let fault = StoreFault::Unprocessed;
            return Err(Error::Fault { tables: format!("table {table}"), fault });
        }
        tokio::time::sleep(RETRY_DELAY).await;
    }
    Ok(found)
}
