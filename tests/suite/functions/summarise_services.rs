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
        let text = |text: String| AttributeValue::S(text);
        let number = |number: i64| AttributeValue::N(number.to_string());
        let status = |is_red: bool| text(if is_red { "RED" } else { "GREEN" }.to_owned());
        let rows = (1..=count).map(|version| {
            let (date, order) = (NOW + version.cast_signed() - 1, version.cast_signed());
            let is_red = version % 2 == 1;
            let mut row = HashMap::from([
                ("serviceId", number(30)),
                ("at", text(history_key(time(date), version))),
                ("changeId", text(format!("change-{version}"))),
                ("version", number(order)),
                ("status", status(is_red)),
                ("previousStatus", status(!is_red)),
                ("date", number(date)),
                ("username", text("editor".to_owned())),
                ("cause", text("update".to_owned())),
                ("recordedAt", number(date)),
                ("requestId", text("request".to_owned())),
            ]);
            if is_red {
                row.insert("resetDateTime", number(date + 86_400));
            }
            let row = row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let put = PutRequest::builder().set_item(Some(row)).build().expect("a put");
            WriteRequest::builder().put_request(put).build()
        });
        let rows: Vec<_> = rows.collect();
        for batch in rows.chunks(25) {
            let write = self.client.batch_write_item();
            let write = write.request_items(&self.tables.status_history, batch.to_vec());
            write.send().await.expect("rows");
        }
        let last = count.cast_signed();
        let (date, is_red) = (NOW + last - 1, last % 2 == 1);
        self.set_attribute(30, "version", number(last)).await;
        self.set_attribute(30, "status", status(is_red)).await;
        self.set_attribute(30, "modifiedDate", number(date)).await;
        self.set_attribute(30, "modifiedBy", text("editor".to_owned())).await;
        if is_red {
            self.set_attribute(30, "resetDateTime", number(date + 86_400)).await;
        }
    }
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
