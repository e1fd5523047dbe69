//! What people and machines do in a year: random, from one seed.

use std::{cmp::Reverse, collections::BinaryHeap};

use fastrand::Rng;
use serde_json::{Value, json};

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// Somebody updates a service.
    Update(u64),
    /// Somebody extends the status of a service.
    Extend(u64),
    /// A machine with a clock that fast is asked for a service.
    Read(u64, i64),
    /// A minute of the schedule, which may have a run or not.
    Minute,
    /// A run of the schedule's function.
    Run,
}

/// The planned events, by time, then in the order of planning.
#[derive(Default)]
pub(super) struct Agenda {
    events: BinaryHeap<Reverse<(i64, u64, Event)>>,
    planned: u64,
}

impl Agenda {
    pub(super) fn plan(&mut self, at: i64, event: Event) {
        self.planned += 1;
        self.events.push(Reverse((at, self.planned, event)));
    }

    pub(super) fn next(&mut self) -> Option<(i64, Event)> {
        self.events.pop().map(|Reverse((at, _, event))| (at, event))
    }
}

/// How fast a machine's clock is. Every tenth has the largest difference allowed.
pub(super) fn offset(random: &mut Rng, skew: i64) -> i64 {
    match random.u8(0..20) {
        0 => skew,
        1 => -skew,
        _ => random.i64(-skew..=skew),
    }
}

/// When a service is updated next: often soon, as on a busy day.
pub(super) fn pause(random: &mut Rng, gap: i64) -> i64 {
    if random.u8(0..10) < 3 { random.i64(0..1800) } else { random.i64(0..gap * 20 / 7) }
}

/// The body of an update, with unique notes.
pub(super) fn body(random: &mut Rng, number: u64) -> Value {
    let status = ["RED", "RED", "AMBER", "AMBER", "GREEN"][random.usize(0..5)];
    let mut body = json!({"status": status, "notes": format!("number {number} of this year")});
    if random.bool() {
        body["reason"] = "STAFFING".into();
    }
    let minutes = match random.u8(0..8) {
        0 => 0,
        1 | 2 => random.i64(1..=10),
        3..=5 => random.i64(1..=240),
        6 => random.i64(1..=1440),
        _ => return body,
    };
    body["resetStatusIn"] = minutes.into();
    body
}

/// What happens in a minute of the schedule.
pub(super) enum Minute {
    /// A run, that many seconds late.
    Run {
        late: i64,
    },
    Missed,
    /// No runs for that many seconds.
    Outage(i64),
}

pub(super) fn minute(random: &mut Rng) -> Minute {
    match random.u8(0..100) {
        0 => Minute::Outage(random.i64(3600..6 * 3600)),
        1..50 => Minute::Missed,
        50..55 => Minute::Run { late: random.i64(60..600) },
        _ => Minute::Run { late: random.i64(0..50) },
    }
}
