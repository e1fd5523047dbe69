//! `status get`, `set`, `extend` and `history`. What changes a status is the use case behind the API's operation, in the
//! name of a user who has the right: there is no other way to change one.

mod caller;
mod extend;
mod history;
mod set;

use serde_json::Value;
use shared::{
    domain::{Service, ServiceDetails, ServiceId, StatusRecord, Timestamp},
    http::{Clock, Problem, Representation},
};

pub(crate) use self::{
    extend::{Extension, extend},
    history::history,
    set::{Setting, set},
};
use crate::{
    Error, Output,
    output::fields,
    service,
    status_text::{review, status_name},
    target::Target,
};

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
