//! Checks that the tables agree with what clients were told, and are consistent.

use std::collections::HashMap;

use serde_json::Value;

use super::ledger::{Kind, Update, Violation, unless};
use crate::harness::App;

/// Compares the tables with what clients were told of a service. Returns how many updates were
/// applied after a refusal.
///
/// # Errors
/// If they disagree, or the stored data is inconsistent.
pub(crate) async fn check(app: &App, service: u64, updates: &[Update]) -> Result<u64, Violation> {
    let history = app.history(service).await;
    let row = serde_dynamo::from_item(app.row(service).await).expect("JSON");
    let own = updates.iter().filter(|update| update.service == service);
    agree(&own.collect::<Vec<_>>(), &history, &row)
}

/// The same for all updates of one service, its history, and its row.
pub(super) fn agree(updates: &[&Update], history: &[Value], row: &Value) -> Result<u64, Violation> {
    let mut late = 0;
    let mut by_request: HashMap<&str, Vec<&Value>> = HashMap::new();
    for change in history.iter().filter(|change| change["cause"] != "reset") {
        let request_id = change["requestId"].as_str().unwrap_or_default();
        by_request.entry(request_id).or_default().push(change);
    }
    for update in updates {
        let requests = update.answers.iter().map(|answer| answer.request_id.as_str());
        let stored = requests.filter_map(|id| by_request.remove(id)).flatten();
        late += u64::from(update.agrees(&stored.collect::<Vec<_>>())?);
    }
    unless(by_request.is_empty(), Kind::Unasked, &by_request)?;
    hangs_together(history)?;
    is_as_left_by(row, history.last())?;
    Ok(late)
}

/// What stays when a deadline moves.
const KEPT: [&str; 3] = ["status", "notes", "reason"];

fn hangs_together(history: &[Value]) -> Result<(), Violation> {
    let versions = history.iter().map(|change| change["version"].as_u64());
    let fine = versions.eq((1..).take(history.len()).map(Some));
    unless(fine, Kind::Versions, history)?;
    let first = history.first().filter(|first| first["previousStatus"] != "GREEN");
    unless(first.is_none(), Kind::Chain, first)?;
    for pair in history.windows(2) {
        let [before, after] = pair else { continue };
        unless(date(after, "date") >= date(before, "date"), Kind::Dates, pair)?;
        unless(after["previousStatus"] == before["status"], Kind::Chain, pair)?;
        let deadline = date(before, "resetDateTime");
        if after["cause"] == "reset" {
            unless(date(after, "date") == deadline, Kind::Dates, pair)?;
            unless(after["status"] == "GREEN", Kind::Chain, pair)?;
        } else {
            let in_time = deadline.is_none() || date(after, "date") < deadline;
            unless(in_time, Kind::Chain, pair)?;
        }
        if after["cause"] == "deadline" {
            let same = KEPT.iter().all(|name| before[name] == after[name]);
            unless(same && deadline.is_some(), Kind::Chain, pair)?;
        }
    }
    Ok(())
}

fn date(change: &Value, name: &str) -> Option<i64> {
    change[name].as_i64()
}

/// Whether a service's row matches its last change.
fn is_as_left_by(row: &Value, last: Option<&Value>) -> Result<(), Violation> {
    let Some(last) = last else {
        return unless(row["version"].is_null(), Kind::Record, row);
    };
    let named = [
        ("version", "version"),
        ("status", "status"),
        ("resetDateTime", "resetDateTime"),
        ("notes", "notes"),
        ("reason", "reason"),
        ("modifiedBy", "username"),
        ("modifiedDate", "date"),
    ];
    // Without its shard, the index of pending resets misses the service.
    let fine = named.iter().all(|(own, change)| row[own] == last[change])
        && row["resetShard"].is_null() == row["resetDateTime"].is_null();
    unless(fine, Kind::Record, (row, last))
}
