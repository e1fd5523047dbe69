//! How long a service had each colour: by the answers to its staff, and by history.

use std::collections::BTreeMap;

use serde_json::Value;

use super::final_checks::Entry;
use crate::proofs::sequences::calendar::seconds;

/// Seconds by status. GREEN is the rest of the year.
pub(super) type Durations = BTreeMap<String, i64>;

/// A status from a time on, and when it ends by itself.
struct Period {
    status: String,
    from: i64,
    deadline: Option<i64>,
}

/// By the answers to those who changed the status. Resets are in none of them.
pub(super) fn of_answers(answers: &[Value], until: i64) -> Durations {
    let period = |shown: &Value| {
        let time = |member: &str| shown[member].as_str().map(seconds);
        Period {
            status: shown["status"].as_str().unwrap_or_default().to_owned(),
            from: time("modifiedDate").unwrap_or_default(),
            deadline: time("resetDateTime"),
        }
    };
    sum(answers.iter().map(period).collect(), until)
}

/// By the stored changes, where each reset is a change; only the last may be missing.
pub(super) fn of_history(entries: &[Entry], until: i64) -> Durations {
    let last = entries.last().map(|last| last.version);
    let period = |entry: &Entry| Period {
        status: entry.status.clone(),
        from: entry.date,
        deadline: entry.reset_date_time.filter(|_| Some(entry.version) == last),
    };
    sum(entries.iter().map(period).collect(), until)
}

fn sum(periods: Vec<Period>, until: i64) -> Durations {
    let ends = periods.iter().skip(1).map(|next| next.from).chain([until]);
    let mut sums = Durations::new();
    for (period, next) in periods.iter().zip(ends.collect::<Vec<_>>()) {
        let end = period.deadline.map_or(next, |deadline| deadline.min(next));
        if period.status != "GREEN" && end > period.from {
            *sums.entry(period.status.clone()).or_default() += end - period.from;
        }
    }
    sums
}
