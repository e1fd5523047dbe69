//! `update-status`. `contract::update_status`, `contract::idempotency` and `contract::concurrent_updates` test its answers.

use serde_json::json;

use crate::harness::{
    App, Event,
    faulty::{Fate, FaultyStore},
};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[
    ("a-bad-idempotency-key", 400, "INVALID_IDEMPOTENCY_KEY"),
    ("a-base64-body", 200, ""),
    ("a-compressed-body", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("a-reader-may-not-update", 403, "NOT_PERMITTED"),
    ("a-stale-if-match", 412, "PRECONDITION_FAILED"),
    ("an-editor-elsewhere", 403, "NOT_PERMITTED"),
    ("an-editor-sets-green", 200, ""),
    ("an-editor-sets-red", 200, ""),
    ("an-idempotency-key", 200, ""),
    ("another-content-type", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("every-field-wrong", 400, "VALIDATION_FAILED"),
    ("if-none-match-names-any", 412, "PRECONDITION_FAILED"),
    ("not-json", 400, "MALFORMED_BODY"),
    ("trailing-slash", 200, ""),
];

/// With a key, repeated, after a deadline, and in conflict with others.
pub(crate) async fn exercise(app: &App) {
    let red = json!({"status": "RED", "resetStatusIn": 1});
    for _ in 0..2 {
        let call = app.put(30, red.clone()).by("editor").header("idempotency-key", "k-1");
        call.send().await.ok();
    }
    app.at(60);
    app.put(30, red).by("editor").send().await.ok();
    let (contended, _, _) = FaultyStore::below(app, None, |call| match call.number {
        1 => Fate::Cancelled("TransactionConflict").into(),
        _ => Fate::Passed.into(),
    });
    contended.put(30, json!({"status": "AMBER"})).by("editor").send().await.ok();
}
