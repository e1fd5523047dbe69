//! Simulates a year, with both daylight saving changes and 29 February. Staff extend statuses just
//! before they end. Machines' clocks differ, and the schedule is late, doubled, or missing for hours.
//! The simulation checks what readers are shown, what is stored, and what history says afterwards.
//!
//! The schedule runs only in minutes in which some machine's clock may find something due: other
//! runs would change nothing.

mod durations;
mod final_checks;
mod invariants;
mod machines;
mod parameters;
mod requests;
mod schedule;
mod simulation;
mod statistics;

use std::{process::Command, thread};

use tokio::runtime::Builder;

use self::{
    parameters::{Plan, Wrong},
    simulation::{Trace, simulate},
};
use super::{Figures, Size, sequences::calendar::seconds};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// The largest difference between a clock and the true time.
const SKEW: i64 = 300;
/// Half the settle time. With clocks this close, no reader sees a reset that its own clock has not
/// reached, whichever machine stored it.
const HALF_SKEW: i64 = 150;

/// Runs the simulation, and panics at the first step that breaks a rule.
pub(crate) fn prove(size: Size) -> Figures {
    // Each on its own thread, with its own tables.
    let running: Vec<_> =
        plans(size).into_iter().map(|plan| thread::spawn(move || run(plan))).collect();
    let mut figures = Figures::new();
    for thread in running {
        let trace = thread.join().expect("a trace").unwrap_or_else(|failure| panic!("{failure}"));
        for (what, count) in trace.counts {
            match figures.iter_mut().find(|(known, _)| *known == what) {
                Some((_, sum)) => *sum += count,
                None => figures.push((what, count)),
            }
        }
    }
    figures
}

fn plans(size: Size) -> Vec<Plan> {
    match size {
        Size::Short => weeks(),
        Size::Long => halves(),
    }
}

/// A year, for twice fifty services. 1,000 services found no more.
fn halves() -> Vec<Plan> {
    let plan = |seed, skew| Plan {
        seed,
        services: 50,
        from: seconds("2027-10-01T00:00:00Z"),
        until: seconds("2028-10-01T00:00:00Z"),
        gap: 12 * DAY,
        skew,
        wrong: None,
    };
    vec![plan(1, SKEW), plan(2, HALF_SKEW)]
}

/// The weeks around the British daylight saving changes, and around the leap day.
fn weeks() -> Vec<Plan> {
    let plan = |seed, middle, skew| {
        let middle = seconds(middle);
        let (from, until) = (middle - 7 * DAY / 2, middle + 7 * DAY / 2);
        Plan { seed, services: 6, from, until, gap: 2 * DAY, skew, wrong: None }
    };
    vec![
        plan(3, "2027-10-31T01:00:00Z", SKEW),
        plan(4, "2028-02-29T12:00:00Z", HALF_SKEW),
        plan(5, "2028-03-26T01:00:00Z", SKEW),
    ]
}

/// Two days of two services around the end of British Summer Time.
fn days(wrong: Option<Wrong>) -> Plan {
    let middle = seconds("2027-10-31T01:00:00Z");
    let (from, until) = (middle - DAY, middle + DAY);
    Plan { seed: 6, services: 2, from, until, gap: 8 * HOUR, skew: SKEW, wrong }
}

fn run(plan: Plan) -> Result<Trace, String> {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(simulate(plan))
}

#[test]
fn weeks_with_a_clock_change_or_a_leap_day_keep_the_rules() {
    let figures = prove(Size::Short);
    assert!(figures.iter().all(|(_, count)| *count > 0), "{figures:?}");
    assert!(figures.iter().any(|(what, _)| *what == "deadlines moved"), "{figures:?}");
}

#[test]
fn the_long_size_is_a_year_with_both_changes_of_the_clocks_and_the_leap_day() {
    let plans = plans(Size::Long);
    for plan in plans {
        assert_eq!(plan.until - plan.from, 366 * DAY);
        for odd in ["2027-10-31T01:00:00Z", "2028-02-29T00:00:00Z", "2028-03-26T01:00:00Z"] {
            assert!((plan.from..plan.until).contains(&seconds(odd)), "{odd}");
        }
    }
}

#[test]
fn one_seed_is_one_trace() {
    let traces = [days(None), days(None)].map(|plan| run(plan).expect("a trace").digest);
    assert_eq!(traces[0], traces[1]);
    let other = run(Plan { seed: 7, ..days(None) }).expect("a trace");
    assert_ne!(traces[0], other.digest);
}

/// Controls: each is detected, at the same step each time.
#[test]
fn a_violation_fails_at_the_same_step_each_time() {
    for (wrong, expected) in [
        (Wrong::ScheduleWithoutDelay, "s early"),
        (Wrong::ReadersClockFast, "by true time"),
        (Wrong::ReadersClockSlow, "by true time"),
    ] {
        let plan = Plan { services: 4, ..days(Some(wrong)) };
        let failures = [plan, plan].map(|plan| run(plan).expect_err("a failure"));
        assert_eq!(failures[0], failures[1]);
        assert!(failures[0].contains(expected), "{wrong:?}: {}", failures[0]);
    }
}

const MARK: &str = "trace digest: ";

/// Run by [`the_time_zone_of_the_process_changes_no_byte`] in separate processes.
#[test]
#[expect(clippy::print_stdout, reason = "it is how the other process learns of it")]
fn one_trace() {
    println!("\n{MARK}{}", run(days(None)).expect("a trace").digest);
}

#[test]
fn the_time_zone_of_the_process_changes_no_byte() {
    let own = std::env::current_exe().expect("the tests");
    let digests = ["UTC", "Europe/London", "Pacific/Kiritimati", "America/St_Johns"].map(|zone| {
        let mut tests = Command::new(&own);
        tests.args(["proofs::year::one_trace", "--exact", "--nocapture"]).env("TZ", zone);
        let printed = tests.output().expect("a process").stdout;
        let printed = String::from_utf8(printed).expect("UTF-8");
        let digest = printed.lines().find_map(|line| line.strip_prefix(MARK));
        digest.unwrap_or_else(|| panic!("{zone}: {printed}")).to_owned()
    });
    assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
}
