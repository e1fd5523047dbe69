//! `update-deadline`. `contract::update_deadline` tests its answers.

use serde_json::json;

use crate::harness::{App, Event};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[];

/// With a key, and repeated.
pub(crate) async fn exercise(app: &App) {
    let red = json!({"status": "RED", "resetStatusIn": 60});
    let shown = app.put(30, red).by("editor").send().await;
    let tag = shown.header("etag");
    for _ in 0..2 {
        let call = app.put_deadline(30, json!({"resetStatusIn": 90})).by("editor");
        let call = call.header("if-match", tag).header("idempotency-key", "k-1");
        call.send().await.ok();
    }
}
