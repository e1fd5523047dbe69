//! What people are told of a status.

use anstyle::Style;
use shared::domain::{Minutes, Rag, StatusRecord, Timestamp};

use crate::output::{BAD, PLAIN, WARNING};

/// What people are told of a GREEN that a reset made.
pub(crate) const AUTOMATIC: &str = "automatic, not confirmed";

/// The name of an effective status, for people: whether anybody set it.
pub(crate) fn status_name(effective: &StatusRecord) -> String {
    let name = effective.status.rag().as_str();
    if effective.is_automatic() { format!("{name} ({AUTOMATIC})") } else { name.to_owned() }
}

/// When an effective status is due for review, for people; `None` for a service that is not reviewed.
pub(crate) fn review(
    review_after: Option<Minutes>,
    effective: &StatusRecord,
    now: Timestamp,
) -> Option<String> {
    let review_after = review_after?;
    let is_overdue = effective.is_overdue(review_after, now);
    Some(match effective.review_due(review_after) {
        Some(due) if is_overdue => format!("{due}, overdue"),
        Some(due) => due.to_string(),
        None => "overdue, never set".to_owned(),
    })
}

/// The style of a status.
pub(crate) const fn status_style(status: Rag) -> Style {
    match status {
        Rag::Red => BAD,
        Rag::Amber => WARNING,
        Rag::Green => PLAIN,
    }
}
