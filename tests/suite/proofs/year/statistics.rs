//! How long a service had each status: by the API's statistics, and by its history second by second.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    DAY,
    final_checks::Entry,
    simulation::{Outcome, Simulation},
};
use crate::proofs::sequences::calendar::text;

/// The longest window that the API takes.
const LONGEST: i64 = 92 * DAY + 60 * 60;

/// Seconds by status and reason.
type Seconds = BTreeMap<(String, Option<String>), i64>;

/// What readers were shown in a window.
#[derive(Debug, PartialEq, Eq)]
struct Counted {
    seconds: Seconds,
    longest_red: i64,
    resets: usize,
}

/// Compares two windows of a service: one that begins before its first change, and any other.
pub(super) async fn check(simulation: &mut Simulation, service: u64, entries: &[Entry]) -> Outcome {
    let plan = simulation.plan;
    simulation.set_clock(plan.until + plan.skew);
    let first = plan.from - DAY;
    for from in [first, simulation.random.i64(first..plan.until)] {
        let to = simulation.random.i64(from + 1..=plan.until.min(from + LONGEST));
        let query = format!("from={}&to={}", text(from), text(to));
        let reply = simulation.app.statistics(service, &query).by("reader").send().await;
        let (told, expected) = (told(reply.ok()), counted(entries, from, to));
        let sum: i64 = told.seconds.values().sum();
        if told != expected || sum != to - from {
            return Err(format!(
                "statistics of service {service}, {query}: told {told:?}, counted {expected:?}"
            ));
        }
        simulation.count("windows of statistics", 1);
    }
    Ok(())
}

fn told(body: &Value) -> Counted {
    let number = |value: &Value| value.as_i64().expect("a number");
    let mut seconds = Seconds::new();
    for part in body["reasons"].as_array().expect("reasons") {
        let status = part["status"].as_str().expect("a status").to_owned();
        let reason = part["reason"].as_str().map(str::to_owned);
        seconds.insert((status, reason), number(&part["seconds"]));
    }
    for (status, sum) in [("AMBER", "amberSeconds"), ("RED", "redSeconds")] {
        let parts = seconds.iter().filter(|((own, _), _)| own == status);
        assert_eq!(parts.map(|(_, seconds)| seconds).sum::<i64>(), number(&body[sum]), "{body}");
    }
    if number(&body["greenSeconds"]) > 0 {
        seconds.insert(("GREEN".to_owned(), None), number(&body["greenSeconds"]));
    }
    let resets = usize::try_from(number(&body["unconfirmedResets"])).expect("a count");
    Counted { seconds, longest_red: number(&body["longestRedSeconds"]), resets }
}

/// Walks through all seconds of the window.
fn counted(entries: &[Entry], from: i64, to: i64) -> Counted {
    // By the number of changes so far; those of GREEN at 0.
    let mut counts = vec![0; entries.len() + 1];
    let (mut changes, mut red, mut longest_red) = (0, 0, 0);
    for second in from..to {
        while entries.get(changes).is_some_and(|next| next.date <= second) {
            changes += 1;
        }
        let last = changes.checked_sub(1).map(|last| &entries[last]);
        let shown = last.filter(|last| last.reset_date_time.is_some_and(|end| second < end));
        counts[shown.map_or(0, |_| changes)] += 1;
        red = if shown.is_some_and(|last| last.status == "RED") { red + 1 } else { 0 };
        longest_red = red.max(longest_red);
    }
    let mut seconds = Seconds::new();
    let by_change = entries.iter().map(|entry| (entry.status.clone(), entry.reason.clone()));
    let green = ("GREEN".to_owned(), None);
    for (key, count) in [green].into_iter().chain(by_change).zip(counts) {
        if count > 0 {
            *seconds.entry(key).or_default() += count;
        }
    }
    let resets = resets(entries).filter(|at| (from..to).contains(at)).count();
    Counted { seconds, longest_red, resets }
}

/// When deadlines passed: those that are stored as resets, and the last one. It has passed if it lies in a window, because
/// windows lie in the past.
fn resets(entries: &[Entry]) -> impl Iterator<Item = i64> {
    let stored = entries.iter().filter(|entry| entry.is_reset()).map(|entry| entry.date);
    stored.chain(entries.last().and_then(|last| last.reset_date_time))
}
