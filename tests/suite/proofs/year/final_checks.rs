//! Checks of the tables at the end of the year.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    durations::{of_answers, of_history},
    simulation::{Outcome, Sight, Simulation},
    statistics,
};
use crate::proofs::sequences::calendar::text;

/// How far past its deadline a status must be before the schedule may reset it.
const SETTLE_SECONDS: i64 = 300;

/// A change in the table, with the attributes that matter here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) version: u64,
    pub(super) status: String,
    previous_status: String,
    pub(super) date: i64,
    pub(super) reset_date_time: Option<i64>,
    notes: Option<String>,
    pub(super) reason: Option<String>,
    cause: String,
    recorded_at: i64,
    request_id: String,
}

impl Entry {
    pub(super) fn is_reset(&self) -> bool {
        self.cause == "reset"
    }

    /// What a moved deadline leaves as it is.
    fn kept(&self) -> [Option<&str>; 3] {
        [Some(&self.status), self.notes.as_deref(), self.reason.as_deref()]
    }

    /// The true time and the step at which it was stored, both from the request id.
    fn made(&self) -> (i64, u64) {
        let mut parts = self.request_id.split('-').skip(1);
        let at = parts.next().and_then(|at| at.parse().ok());
        let step = parts.next().and_then(|step| step.parse().ok());
        at.zip(step).expect("a request's id")
    }
}

/// Checks all histories and records, and compares history with what readers were shown.
pub(super) async fn check(simulation: &mut Simulation) -> Outcome {
    let mut sights = std::mem::take(&mut simulation.sights);
    sights.sort_by_key(|sight| (sight.service, sight.step));
    let mut sights = sights.into_iter().peekable();
    for service in 1..=simulation.plan.services {
        let rows = simulation.app.history(service).await;
        simulation.note(&Value::from(rows.clone()).to_string());
        let row = simulation.app.row(service).await;
        let row: Map<String, Value> = serde_dynamo::from_item(row).expect("JSON");
        simulation.note(&Value::from(row.clone()).to_string());
        let entries: Vec<Entry> =
            rows.into_iter().map(|row| serde_json::from_value(row).expect("a change")).collect();
        let skew = simulation.plan.skew;
        check_chain(&entries, skew)
            .map_err(|why| format!("history of service {service}: {why}"))?;
        record(&entries, &row).map_err(|why| format!("record of service {service}: {why}"))?;
        durations(simulation, service, &entries)?;
        statistics::check(simulation, service, &entries).await?;
        simulation.count("changes in history", u64::try_from(entries.len()).expect("a number"));
        while let Some(sight) = sights.next_if(|sight| sight.service == service) {
            compare(simulation, &entries, &sight).await?;
        }
    }
    Ok(())
}

/// Checks that history and the answers to staff agree on how long the service had each colour.
fn durations(simulation: &mut Simulation, service: u64, entries: &[Entry]) -> Outcome {
    let until = simulation.plan.until;
    let answers = simulation.answers.remove(&service).unwrap_or_default();
    let (told, stored) = (of_answers(&answers, until), of_history(entries, until));
    if told != stored {
        return Err(format!("durations of service {service}: told {told:?}, stored {stored:?}"));
    }
    for (status, what) in [("AMBER", "minutes of AMBER"), ("RED", "minutes of RED")] {
        let seconds = stored.get(status).copied().unwrap_or_default();
        simulation.count(what, u64::try_from(seconds / 60).expect("a number"));
    }
    Ok(())
}

/// Checks that the changes follow one another without a gap.
fn check_chain(entries: &[Entry], skew: i64) -> Outcome {
    let mut before: Option<&Entry> = None;
    for (number, entry) in (1..).zip(entries) {
        let is = |holds: bool, what: &str| {
            if holds { Ok(()) } else { Err(format!("{what}: {before:?}, {entry:?}")) }
        };
        let (made, _) = entry.made();
        let deadline = before.and_then(|before| before.reset_date_time);
        is(entry.version == number, "a version is missing")?;
        is(before.is_none_or(|before| before.date <= entry.date), "dates decrease")?;
        let status = before.map_or("GREEN", |before| before.status.as_str());
        is(entry.previous_status == status, "not the previous status")?;
        is((entry.recorded_at - made).abs() <= skew, "not recorded when it was stored")?;
        let (is_green, ends) = (entry.status == "GREEN", entry.reset_date_time.is_some());
        is(is_green != ends, "a status without its deadline, or GREEN with one")?;
        if entry.is_reset() {
            is(deadline == Some(entry.date), "a reset not dated its deadline")?;
            let by_schedule = entry.request_id.starts_with("run-");
            let past = if by_schedule { SETTLE_SECONDS } else { 0 };
            is(entry.recorded_at >= entry.date + past, "a reset stored before its time")?;
            is(!by_schedule || made >= entry.date, "a reset stored early by true time")?;
        } else {
            let past = deadline.is_some_and(|deadline| deadline <= entry.recorded_at);
            is(!past, "a change without the reset that was due")?;
            let kept = entry.cause != "deadline" || before.map(Entry::kept) == Some(entry.kept());
            is(kept, "a moved deadline that changed more")?;
        }
        before = Some(entry);
    }
    Ok(())
}

/// Checks that the service's row matches its last change.
fn record(entries: &[Entry], row: &Map<String, Value>) -> Outcome {
    let last = entries.last();
    let (version, status) = (last.map(|last| last.version), last.map(|last| last.status.as_str()));
    let deadline = last.and_then(|last| last.reset_date_time);
    let same = row.get("version").and_then(Value::as_u64) == version
        && row.get("status").and_then(Value::as_str) == status
        && row.get("resetDateTime").and_then(Value::as_i64) == deadline;
    if same { Ok(()) } else { Err(format!("not {last:?}")) }
}

/// Checks that history shows for a moment what a reader was shown then.
///
/// This holds only if the writers' clocks agree with the reader's on which changes came before that
/// moment.
async fn compare(simulation: &mut Simulation, entries: &[Entry], sight: &Sight) -> Outcome {
    let agree = entries.iter().all(|entry| {
        let (before, dated_before) = (entry.made().1 < sight.step, entry.date <= sight.clock);
        if entry.is_reset() { !before || dated_before } else { before == dated_before }
    });
    if !agree {
        simulation.count("moments on which clocks disagree", 1);
        let near = |entry: &Entry| (entry.date - sight.clock).abs() <= 2 * simulation.plan.skew;
        let explained = entries.iter().any(near);
        return explained.then_some(()).ok_or(format!("clocks disagree at {}", sight.clock));
    }
    let query = format!("at={}", text(sight.clock));
    let then = simulation.app.past(sight.service, &query).by("reader").send().await;
    simulation.count("moments told as they were shown", 1);
    if *then.ok() == sight.body {
        return Ok(());
    }
    Err(format!("{query}: a reader saw {}, history shows {}", sight.body, then.body))
}
