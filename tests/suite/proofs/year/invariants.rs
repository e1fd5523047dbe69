//! What must hold of every status that is shown.

use serde_json::Value;

use super::{
    parameters::{SETTLE_SECONDS, review_after},
    simulation::{Outcome, Simulation},
};
use crate::proofs::sequences::calendar::seconds;

impl Simulation {
    /// Checks a status that a machine with that clock shows.
    pub(super) fn judge(&self, shown: &Value, clock: i64) -> Outcome {
        judge_review(shown)?;
        let (now, skew) = (self.now, self.plan.skew);
        let late = |by: &str| Err(format!("shown past its deadline by {by}: {shown}"));
        let early = |by: &str| Err(format!("reset before its deadline by {by}: {shown}"));
        if let Some(deadline) = shown["resetDateTime"].as_str().map(seconds) {
            return match deadline {
                _ if deadline <= clock => late("the answering clock"),
                _ if deadline <= now - skew => late("true time"),
                _ => Ok(()),
            };
        }
        if shown["modifiedBy"] != "automatic reset" {
            return Ok(());
        }
        let deadline =
            shown["modifiedDate"].as_str().map(seconds).ok_or("a reset without a date")?;
        // If clocks differ by more than the settle time, a slow one may see a stored reset before
        // its own time, but never before the true time.
        let by_true_time = 2 * skew > SETTLE_SECONDS && deadline <= now;
        match deadline {
            _ if deadline > now + skew => early("true time"),
            _ if deadline > clock && !by_true_time => early("the answering clock"),
            _ => Ok(()),
        }
    }
}

/// Checks when a status is due for review: a GREEN that nobody confirmed at once.
fn judge_review(shown: &Value) -> Outcome {
    let time = |member: &str| shown[member].as_str().map(seconds);
    let after = shown["id"].as_u64().and_then(review_after);
    let wait = |minutes| if shown["modifiedBy"] == "automatic reset" { 0 } else { 60 * minutes };
    let expected = time("modifiedDate").zip(after).map(|(date, minutes)| date + wait(minutes));
    if time("reviewDueDateTime") == expected {
        return Ok(());
    }
    Err(format!("not due for review when it should be: {shown}"))
}
