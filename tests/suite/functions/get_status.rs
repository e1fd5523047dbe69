//! `get-status`. `contract::get_status` tests its answers.

use crate::harness::{App, Event};

/// Its events, and how each is answered.
pub(crate) const EVENTS: &[Event] = &[
    ("a-head-request", 200, ""),
    ("a-reader-reads-a-status", 200, ""),
    ("a-token-without-the-read-scope", 403, "SCOPE_MISSING"),
    ("an-id-that-is-no-id", 404, "SERVICE_NOT_FOUND"),
    ("an-id-that-is-encoded-twice", 404, "SERVICE_NOT_FOUND"),
    ("an-inactive-service", 404, "SERVICE_NOT_FOUND"),
    ("an-inactive-user", 401, "USER_INACTIVE"),
    ("an-unknown-service", 404, "SERVICE_NOT_FOUND"),
    ("an-unknown-user", 401, "USER_UNKNOWN"),
    ("below-the-trailing-slash", 404, "PATH_NOT_FOUND"),
    ("no-claims", 401, "UNAUTHENTICATED"),
    ("trailing-slash", 200, ""),
];

pub(crate) async fn exercise(app: &App) {
    app.get(30).by("reader").send().await.ok();
}
