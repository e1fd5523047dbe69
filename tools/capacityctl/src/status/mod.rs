//! `status get`, `set`, `extend` and `history`. What changes a status is the use case behind the API's operation, in the
//! name of a user who has the right: there is no other way to change one.

mod caller;
mod extend;
mod history;
mod set;

use serde_json::Value;
use shared::{
    domain::{Minutes, Service, ServiceDetails, ServiceId, StatusRecord, Timestamp},
    http::{Clock, Problem, Representation},
};

pub(crate) use self::{
    extend::{Extension, extend},
    history::history,
    set::{Setting, set},
};
use crate::{Error, Output, output::fields, service, target::Target};

/// What people are told of a GREEN that a reset made.
pub(crate) const AUTOMATIC: &str = "automatic, not confirmed";

/// The status that readers see now.
pub(crate) async fn get(target: &Target, id: ServiceId) -> Result<Output, Error> {
    let Service { details, record } = service::read(target, id).await?;
    if !details.active {
        return Err(Error::NotInUse(id));
    }
    let now = Clock::system().now();
    represented(&details, record.effective_at(now), now)
}

/// A status as the API represents it.
fn represented(
    service: &ServiceDetails,
    effective: StatusRecord,
    now: Timestamp,
) -> Result<Output, Error> {
    let (name, review) = (status_name(&effective), review(service.review_after, &effective, now));
    let unwritable = |problem: Problem| Error::Unwritable(problem.detail());
    let status = Representation::new(service, effective).map_err(unwritable)?;
    let status: Value = serde_json::from_str(status.json())
        .map_err(|error| Error::Unwritable(error.to_string()))?;
    let text = |name: &str| status.get(name)?.as_str().map(str::to_owned);
    let shown = fields([
        ("id", status.get("id").map(ToString::to_string)),
        ("name", text("name")),
        ("status", Some(name)),
        ("reset", text("resetDateTime")),
        ("reason", text("reason")),
        ("notes", text("notes")),
        ("changed", text("modifiedDate")),
        ("by", text("modifiedBy")),
        ("review due", review),
    ]);
    Ok(Output::new(shown, &status))
}

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
