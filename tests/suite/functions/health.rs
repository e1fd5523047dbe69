//! `health`. `contract::health` and `contract::paths` test its answers.

use crate::harness::{App, Event};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[
    ("status", 200, ""),
    ("a-method-that-is-not-taken", 405, "METHOD_NOT_ALLOWED"),
    ("a-preflight-request", 204, ""),
    ("an-old-path-without-a-route", 308, ""),
    ("an-unknown-path", 404, "PATH_NOT_FOUND"),
    ("patch-is-not-allowed", 405, "METHOD_NOT_ALLOWED"),
    ("ping", 200, ""),
];

pub(crate) async fn exercise(app: &App) {
    app.other("GET", "/_status", "/_status").send().await.ok();
}
