//! What functions tell CloudWatch: a call for each metric and each message that alarms and the runbook use.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::store::{Changed, put_change_row};

use crate::harness::{
    App,
    faulty::{Fate, FaultyStore},
};

/// The metrics of a change, a refusal, a fault, an update that lost to another, a reset and a
/// failed one, a row that cannot be read, a sign-in,
/// and followers that have to begin again.
pub(super) async fn everything_that_is_told(app: &App) {
    let red = json!({"status": "RED", "resetStatusIn": 1});
    for id in [20, 30] {
        app.put(id, red.clone()).by("editor").header("x-correlation-id", "c").send().await.ok();
    }
    app.put(30, red.clone()).by("reader").send().await.refused(403);
    let away = app.without_store();
    away.get(30).by("reader").within(Duration::ZERO).send().await.refused(503);
    let (contended, _, _) = FaultyStore::below(app, None, |call| match call.number {
        1 => Fate::Cancelled("TransactionConflict").into(),
        _ => Fate::Passed.into(),
    });
    contended.put(30, red).by("editor").send().await.ok();
    app.at(1000);
    let (broken, _, _) = FaultyStore::below(app, None, |call| match call.operation.as_str() {
        "GetItem" => Fate::Failed.into(),
        _ => Fate::Passed.into(),
    });
    broken.at(1000);
    assert_eq!(broken.run_schedule().await.failed, 2);
    assert_eq!(app.run_schedule().await.done, 2);
    assert_eq!(app.browser().get("/web/callback?state=1").send().await.status, 400);
    let row = app.client.put_item().table_name(&app.tables.services);
    row.item("id", AttributeValue::N("60".to_owned())).send().await.expect("a row");
    assert_eq!(app.list("").by("reader").send().await.ok()["unavailable"], json!([60]));
    let begun = app.changes("region=10").by("reader").send().await;
    let cursor = begun.ok()["cursor"].as_str().expect("a cursor").to_owned();
    let poll = || app.changes(&format!("region=10&cursor={cursor}")).by("reader");
    let (region, now) = ("10".parse().expect("an id"), app.now());
    let many = put_change_row(&app.tables.changes, region, Changed::Many, now).expect("a row");
    let put = app.client.put_item().table_name(many.table_name());
    put.set_item(Some(many.item().clone())).send().await.expect("a row");
    assert_eq!(poll().send().await.ok()["resync"], true);
    app.later(24 * 3600 + 1);
    poll().send().await.refused(410);
}
