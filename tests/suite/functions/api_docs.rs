//! `api-docs`. `contract::documentation` tests its answers.

use crate::harness::{App, Event};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[
    ("no-such-file", 404, "PATH_NOT_FOUND"),
    ("the-document", 200, ""),
    ("the-page", 200, ""),
    ("the-style-sheet", 200, ""),
];

pub(crate) async fn exercise(app: &App) {
    app.other("GET", "/docs", "/docs").send().await.ok();
}
