//! `list-changes`. `contract::list_changes` tests its answers.

use serde_json::json;

use crate::harness::{App, Event};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[
    ("a-beginning", 200, ""),
    ("an-altered-cursor", 400, "INVALID_CURSOR"),
    ("an-old-cursor", 410, "CURSOR_EXPIRED"),
    ("no-region", 400, "INVALID_QUERY"),
];

pub(crate) async fn exercise(app: &App) {
    let begun = app.changes("region=10").by("reader").send().await;
    let cursor = begun.ok()["cursor"].as_str().expect("a cursor").to_owned();
    app.put(30, json!({"status": "RED"})).by("editor").send().await.ok();
    let poll = format!("region=10&cursor={cursor}");
    app.changes(&poll).by("reader").send().await.ok();
    app.changes("region=x").by("reader").send().await.refused(400);
    app.later(24 * 3600 + 1);
    app.changes(&poll).by("reader").send().await.refused(410);
    app.later(-24 * 3600 - 1);
}
