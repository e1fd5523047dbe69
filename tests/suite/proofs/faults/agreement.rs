//! Compares what clients were told of an update with what is stored of it.

use serde_json::Value;

use super::ledger::{Answer, Kind, Told, Update, Violation, Wanted, unless, version_of};
use crate::harness::time;

impl Update {
    /// Whether an unanswered attempt may have been applied after a refusal. It may if the refusal
    /// was due to a deadline alone: the version that readers see is then not stored, and the change
    /// in flight takes its number.
    fn may_land_late(&self, version: u64) -> bool {
        let unanswered = self.answers.iter().any(|one| matches!(one.told, Told::Unknown(_)));
        let last = self.answers.last();
        let refused_on = last.filter(|last| last.told == Told::Refused(412));
        unanswered && refused_on.is_some_and(|last| last.version == Some(version))
    }

    /// Whether the last answer says that no request has stored the update. A lost right says so only of
    /// its own request.
    fn is_refused(&self) -> bool {
        let open = self.answers.iter().any(|answer| !answer.told.is_refusal());
        let last = self.answers.last().map(|last| last.told);
        last.is_some_and(|last| last.is_refusal() && (last != Told::Refused(403) || !open))
    }

    /// Checks the changes that its requests stored against what the client was told. Returns whether one
    /// was applied after a refusal.
    pub(super) fn agrees(&self, stored: &[&Value]) -> Result<bool, Violation> {
        let detail = (self, stored);
        unless(stored.len() <= 1, Kind::Twice, detail)?;
        let change = stored.first().copied();
        let fine = change.is_none_or(|change| is_as_requested(self, change));
        unless(fine, Kind::Misquoted, detail)?;
        let version = change.and_then(|change| change["version"].as_u64());
        for Answer { told, request_id, body, .. } in &self.answers {
            match (told, change) {
                (Told::Stored { .. }, None) => return Err(Violation::new(Kind::Lost, detail)),
                (Told::Stored { version: acknowledged, .. }, Some(change)) => {
                    let fine = version == Some(*acknowledged) && shows(body, change);
                    unless(fine, Kind::Misquoted, detail)?;
                }
                (told, Some(change)) if told.is_refusal() => {
                    let own = change["requestId"] == *request_id;
                    unless(!own, Kind::RefusedAndStored, detail)?;
                }
                (_, _) => {}
            }
        }
        let refused = self.is_refused();
        let late = refused && version.is_some_and(|version| self.may_land_late(version));
        unless(late || !refused || version.is_none(), Kind::RefusedAndStored, detail)?;
        let expected = self.if_match.as_deref().map(|tag| version_of(tag) + 1);
        let fine = expected.is_none() || version.is_none() || version == expected;
        unless(fine, Kind::Overwrote, detail)?;
        Ok(late)
    }
}

/// Whether a change in history is what the update asked for.
fn is_as_requested(update: &Update, change: &Value) -> bool {
    let cause = match update.wanted {
        Wanted::Status { .. } => "update",
        Wanted::Deadline => "deadline",
    };
    let seconds = |name: &str| change[name].as_i64();
    let asked = seconds("recordedAt").map(|now| now + i64::from(update.minutes) * 60);
    // No deadline is before the date of the change. A fast clock may have dated the one before it.
    let deadline = asked.max(seconds("date")).filter(|_| change["status"] != "GREEN");
    let by = format!("{}-name", update.by);
    update.is_set_in(change)
        && change["cause"] == cause
        && change["username"] == by
        && seconds("resetDateTime") == deadline
}

/// Whether an answer shows what a change in history leaves behind.
fn shows(body: &Value, change: &Value) -> bool {
    let texts = [("status", "status"), ("notes", "notes"), ("reason", "reason")];
    let dates = [("resetDateTime", "resetDateTime"), ("modifiedDate", "date")];
    let text = |date: &Value| date.as_i64().map(|seconds| time(seconds).to_string());
    let same = |(shown, stored): (&str, &str)| body[shown] == change[stored];
    let same_date =
        |(shown, stored): (&str, &str)| body[shown].as_str() == text(&change[stored]).as_deref();
    texts.into_iter().chain([("modifiedBy", "username")]).all(same)
        && dates.into_iter().all(same_date)
}
