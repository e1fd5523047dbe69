//! `summarise-services`. `contract::summaries` and `contract::statistics` test its answers.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use serde_json::json;
use shared::store::keys::history_key;

use crate::harness::{App, Call, Event, NOW, refusals, time};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[
    ("a-region", 200, ""),
    ("a-week", 200, ""),
    ("a-window-that-is-too-long", 422, "LIMIT_EXCEEDED"),
    ("a-window-without-a-beginning", 400, "INVALID_QUERY"),
    ("an-unknown-parameter", 400, "INVALID_QUERY"),
    ("as-a-table", 200, ""),
];

impl App {
    /// `GET …/summary`.
    pub(crate) fn summary(&self, id: impl ToString) -> Call<'_> {
        self.get(id).path("/services/{id}/summary")
    }

    /// `GET …/statistics` with that query string.
    pub(crate) fn statistics(&self, id: impl ToString, query: &str) -> Call<'_> {
        self.get(id).path("/services/{id}/statistics").query(query)
    }

    /// Adds services below service 40 that fill more of the index than a summary reads.
    pub(crate) async fn fill_index(&self) {
        let text = |text: String| AttributeValue::S(text);
        let number = |number: u64| AttributeValue::N(number.to_string());
        for id in 4_000..4_008 {
            let row = self.client.put_item().table_name(&self.tables.services);
            let row = row.item("id", number(id)).item("region", number(40));
            let row = row.item("path", text(format!("/40/{id}/")));
            row.item("name", text("x".repeat(300_000))).send().await.expect("a row");
        }
    }

    /// Gives service 30 that many changes, one a second from the first second on: RED, GREEN, RED and so on.
    pub(crate) async fn fill_history(&self, count: u64) {
        self.fill_history_with(count, "-").await;
    }

    /// The same, with these notes.
    pub(crate) async fn fill_history_with(&self, count: u64, notes: &str) {
        let rows: Vec<_> = (1..=count).map(|version| put_change(version, notes)).collect();
        for batch in rows.chunks(25) {
            let write = self.client.batch_write_item();
            let write = write.request_items(&self.tables.status_history, batch.to_vec());
            write.send().await.expect("rows");
        }
        let (date, status, reset) = change(count);
        self.set_attribute(30, "version", number(count.cast_signed())).await;
        self.set_attribute(30, "status", text(status)).await;
        self.set_attribute(30, "modifiedDate", number(date)).await;
        self.set_attribute(30, "modifiedBy", text("editor")).await;
        if let Some(reset) = reset {
            self.set_attribute(30, "resetDateTime", number(reset)).await;
        }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The date, the status and the deadline of a change of [`App::fill_history`].
fn change(version: u64) -> (i64, &'static str, Option<i64>) {
    let date = NOW + version.cast_signed() - 1;
    if version % 2 == 1 { (date, "RED", Some(date + 86_400)) } else { (date, "GREEN", None) }
}

fn put_change(version: u64, notes: &str) -> WriteRequest {
    let (date, status, reset) = change(version);
    let mut row = HashMap::from([
        ("serviceId", number(30)),
        ("at", text(&history_key(time(date), version))),
        ("changeId", text(&format!("{version:036}"))),
        ("version", number(version.cast_signed())),
        ("status", text(status)),
        ("previousStatus", text(if status == "RED" { "GREEN" } else { "RED" })),
        ("date", number(date)),
        ("notes", text(notes)),
        ("subject", text(&"s".repeat(36))),
        ("username", text("editor")),
        ("cause", text("update")),
        ("recordedAt", number(date)),
        ("requestId", text(&"r".repeat(36))),
    ]);
    row.extend(reset.map(|reset| ("resetDateTime", number(reset))));
    let row = row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let put = PutRequest::builder().set_item(Some(row)).build().expect("a put");
    WriteRequest::builder().put_request(put).build()
}

/// Uses every right of the role, and gets every status.
pub(crate) async fn exercise(app: &App) {
    app.put(30, json!({"status": "RED"})).by("editor").send().await.ok();
    app.summary(10).by("reader").send().await.ok();
    app.summary(10).query("limit=5").by("reader").send().await.refused(400);
    app.fill_index().await;
    app.summary(40).by("reader").send().await.refused(422);
    app.at(60);
    let minute = format!("from={}", time(NOW));
    app.statistics(30, &minute).by("reader").send().await.ok();
    app.statistics(30, "").by("reader").send().await.refused(400);
    app.statistics(30, "from=2026-01-01T00:00:00Z").by("reader").send().await.refused(422);
    app.put(30, json!({"status": "GREEN"})).by("editor").send().await.ok();
    app.delete_changes_before(2, 30).await;
    app.statistics(30, &minute).by("reader").send().await.refused(410);
    refusals(app, |app| app.summary(30)).await;
    app.set_attribute(30, "status", AttributeValue::S("GREEN".to_owned())).await;
    refusals(app, |app| app.statistics(30, "from=2026-11-21T00:00:00Z")).await;
}
