//! `list-services`. `contract::list_services` tests its answers.

use crate::harness::{App, Event};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[
    ("a-region", 200, ""),
    ("an-altered-cursor", 400, "INVALID_CURSOR"),
    ("an-unknown-parameter", 400, "INVALID_QUERY"),
    ("red-or-amber", 200, ""),
    ("the-family-of-a-provider", 200, ""),
    ("the-first-page", 200, ""),
    ("three-by-id", 200, ""),
];

/// Pages by every access path.
pub(crate) async fn exercise(app: &App) {
    for query in ["id=30", "", "region=10", "status=RED", "editable=true"] {
        app.list(query).by("editor").send().await.ok();
    }
}
