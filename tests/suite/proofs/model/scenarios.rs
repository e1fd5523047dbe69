//! The scenarios of the proof.

use super::{
    plan::{amber, deadline, green, red},
    scenario::{ANY_CLOCK, SKEW_SECONDS, Scenario},
};

const FAST: &[i64] = &[SKEW_SECONDS];
const SLOW: &[i64] = &[-SKEW_SECONDS];
const FAST_AND_SLOW: &[i64] = &[-SKEW_SECONDS, SKEW_SECONDS];

/// Some thousand states each, in a second or two.
pub(super) fn short() -> Vec<Scenario> {
    vec![
        contended(),
        impatient(),
        expiring(),
        raced_by_tag(),
        in_flight(),
        moved(),
        moved_late(),
        moved_in_flight(),
        moved_unseen(),
    ]
}

/// Some million states together: three writers at once, every mix of clocks, and a failing network
/// as a deadline passes.
pub(super) fn long() -> Vec<Scenario> {
    let failing = Scenario { last_tick: 1, attempts: 4, ..contended() };
    let three = Scenario {
        timeouts: 1,
        conflicts: 1,
        crashes: true,
        ..Scenario::of(&[red(5), green(), amber(10).if_unchanged()])
    };
    let any_clock = Scenario {
        writers_clocks: ANY_CLOCK,
        schedulers_clocks: ANY_CLOCK,
        readers_clocks: ANY_CLOCK,
        ..expiring()
    };
    let unsteady = Scenario { timeouts: 1, conflicts: 1, crashes: true, ..expiring() };
    let tagged = Scenario {
        red_for: Some(5),
        last_tick: 6,
        schedulers: 1,
        writers_clocks: FAST_AND_SLOW,
        schedulers_clocks: FAST_AND_SLOW,
        ..raced_by_tag()
    };
    let half_visible = Scenario { half_visible: true, ..contended() };
    let expiring = Scenario { half_visible: true, ..expiring() };
    let mut all = vec![failing, three, any_clock, unsteady, tagged, half_visible, expiring];
    all.extend(long_moved());
    all
}

/// As [`long`], with moved deadlines.
fn long_moved() -> Vec<Scenario> {
    let any_clock = Scenario {
        last_tick: 6,
        writers_clocks: FAST_AND_SLOW,
        schedulers_clocks: ANY_CLOCK,
        ..moved()
    };
    let failing = Scenario { attempts: 3, crashes: true, revocations: true, ..moved_in_flight() };
    let three = Scenario {
        red_for: Some(5),
        timeouts: 1,
        conflicts: 1,
        ..Scenario::of(&[deadline(10), deadline(20), green()])
    };
    let expiring =
        Scenario { schedulers: 1, last_tick: 3, schedulers_clocks: FAST, ..moved_in_flight() };
    vec![any_clock, failing, three, expiring, moved_unseen()]
}

/// Two updates on a network that fails in every way.
fn contended() -> Scenario {
    let worst =
        Scenario { timeouts: 1, conflicts: 1, crashes: true, ..Scenario::of(&[red(5), green()]) };
    Scenario { attempts: 3, revocations: true, ..worst }
}

/// Two updates with one attempt each.
fn impatient() -> Scenario {
    Scenario { attempts: 1, timeouts: 1, conflicts: 1, ..Scenario::of(&[red(5), green()]) }
}

/// Two updates whose rows become visible one after another.
fn in_flight() -> Scenario {
    let two = Scenario::of(&[red(5).if_unchanged(), green()]);
    Scenario { half_visible: true, timeouts: 1, conflicts: 1, ..two }
}

/// An update with a slow or fast clock as the deadline passes, and two schedulers.
fn expiring() -> Scenario {
    Scenario {
        red_for: Some(5),
        schedulers: 2,
        last_tick: 6,
        writers_clocks: FAST_AND_SLOW,
        schedulers_clocks: FAST_AND_SLOW,
        ..Scenario::of(&[red(0)])
    }
}

/// Two updates that name the same tag, as the deadline passes.
fn raced_by_tag() -> Scenario {
    Scenario {
        red_for: Some(5),
        last_tick: 4,
        ..Scenario::of(&[amber(10).if_unchanged(), green().if_unchanged()])
    }
}

/// A moved deadline and an update that name the same tag, and a scheduler, as the deadline passes.
fn moved() -> Scenario {
    Scenario {
        red_for: Some(5),
        schedulers: 1,
        last_tick: 3,
        schedulers_clocks: FAST,
        ..Scenario::of(&[deadline(1), amber(10).if_unchanged()])
    }
}

/// A slow clock moves the deadline while it passes.
fn moved_late() -> Scenario {
    Scenario {
        writers_clocks: SLOW,
        last_tick: 4,
        ..Scenario { plans: vec![deadline(10)], ..moved() }
    }
}

/// A moved deadline and an update on a network that fails, with rows that become visible one after another.
fn moved_in_flight() -> Scenario {
    Scenario {
        red_for: Some(5),
        half_visible: true,
        timeouts: 1,
        conflicts: 1,
        ..Scenario::of(&[deadline(10), green()])
    }
}

/// A deadline that is moved by a client that was not shown it.
fn moved_unseen() -> Scenario {
    Scenario { red_for: Some(5), last_tick: 3, ..Scenario::of(&[deadline(10).without_tag()]) }
}
