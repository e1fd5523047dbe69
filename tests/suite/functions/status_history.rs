//! `status-history`. `contract::status_history` tests its answers.

use crate::harness::{App, Event, refusals};

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
    refusals(app, |app| app.past(30, "")).await;
}
