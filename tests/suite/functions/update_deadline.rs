//! `update-deadline`. `contract::update_deadline` tests its answers.

use serde_json::json;

use crate::harness::{
    App, Call, Event,
    faulty::{Fate, FaultyStore},
};

/// Its events, and how each is answered after `update-status/an-editor-sets-red`.
pub(crate) const EVENTS: &[Event] = &[
    ("a-green-status", 409, "NO_DEADLINE"),
    ("a-reader-may-not-update", 403, "NOT_PERMITTED"),
    ("a-stale-if-match", 412, "PRECONDITION_FAILED"),
    ("an-editor-elsewhere", 403, "NOT_PERMITTED"),
    ("an-editor-moves-the-deadline", 200, ""),
    ("an-idempotency-key", 200, ""),
    ("any-if-match", 428, "PRECONDITION_REQUIRED"),
    ("no-if-match", 428, "PRECONDITION_REQUIRED"),
    ("no-minutes", 400, "VALIDATION_FAILED"),
    ("not-json", 400, "MALFORMED_BODY"),
];

/// With a key, repeated, and in conflict with others.
pub(crate) async fn exercise(app: &App) {
    let red = app.put(30, json!({"status": "RED", "resetStatusIn": 60})).by("editor").send().await;
    let (contended, _, _) = FaultyStore::below(app, None, |call| match call.number {
        1 => Fate::Cancelled("TransactionConflict").into(),
        _ => Fate::Passed.into(),
    });
    for _ in 0..2 {
        moved(&contended, red.header("etag")).header("idempotency-key", "k-1").send().await.ok();
    }
}

fn moved<'a>(app: &'a App, tag: &str) -> Call<'a> {
    app.put_deadline(30, json!({"resetStatusIn": 90})).by("editor").header("if-match", tag)
}
