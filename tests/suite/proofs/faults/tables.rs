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
    let mut late = 0;
    let history = app.history(service).await;
    let mut by_notes: HashMap<String, Vec<&Value>> = HashMap::new();
    for change in history.iter().filter(|change| change["cause"] == "update") {
        let notes = change["notes"].as_str().unwrap_or_default().to_owned();
        by_notes.entry(notes).or_default().push(change);
    }
    for update in updates.iter().filter(|update| update.service == service) {
        let stored = by_notes.remove(&update.stored_notes()).unwrap_or_default();
        late += u64::from(update.agrees(&stored)?);
    }
    unless(by_notes.is_empty(), Kind::Unasked, &by_notes)?;
    hangs_together(&history)?;
    let row: Value = serde_dynamo::from_item(app.row(service).await).expect("JSON");
    is_as_left_by(&row, history.last())?;
    Ok(late)
}

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
        ("modifiedBy", "username"),
        ("modifiedDate", "date"),
    ];
    let fine = named.iter().all(|(own, change)| row[own] == last[change]);
    unless(fine, Kind::Record, (row, last))
}
