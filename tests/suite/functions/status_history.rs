//! `status-history`. `contract::status_history` tests its answers.

use serde_json::json;

use crate::harness::{App, Event, NOW, refusals, time};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[
    ("a-day", 200, ""),
    ("an-altered-cursor", 400, "INVALID_CURSOR"),
    ("at-a-time", 200, ""),
    ("no-time", 400, "INVALID_QUERY"),
    ("the-changes", 200, ""),
];

pub(crate) async fn exercise(app: &App) {
    app.past(30, "").by("reader").send().await.ok();
    app.past(30, "limit=0").by("reader").send().await.refused(400);
    for status in ["RED", "GREEN"] {
        app.put(30, json!({"status": status})).by("editor").send().await.ok();
    }
    app.delete_changes_before(2, 30).await;
    let earlier = format!("at={}", time(NOW - 1));
    app.past(30, &earlier).by("reader").send().await.refused(410);
    refusals(app, |app| app.past(30, "")).await;
}
