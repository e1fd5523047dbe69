//! Model checking of one service's status: the search tries every order of steps of writers, a
//! scheduler that runs twice, a reader, and a network that loses, delays and repeats requests. Each
//! has its own clock. The status changes are computed by the domain's own code.
//!
//! The model also covers how update-status and reset-expired talk to the store, and what DynamoDB
//! promises them: a transaction is applied completely or not at all, a token makes it apply once,
//! and a strongly consistent read finds acknowledged writes. In some scenarios a transaction's rows
//! become visible one after another, and only a transactional read waits for all of them; in some, a
//! user loses the right between two attempts. Not modelled: other rights, directory data, clients'
//! keys, and pages of history.
//!
//! The checker tells worlds apart by 64-bit hashes. The chance that two of some million worlds
//! share a hash, and so hide a state, is below one in a million.

mod controls;
mod participants;
mod properties;
mod scenario;
mod state;
mod steps;
mod store;
mod writer;

use std::collections::BTreeSet;

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use self::{
    scenario::{ANY_CLOCK, SKEW_SECONDS, Scenario, amber, green, red},
    steps::Life,
};
use super::{Figures, Size};

const FAST_AND_SLOW: &[i64] = &[-SKEW_SECONDS, SKEW_SECONDS];

/// Checks the claims in all scenarios of a size, and that every interesting situation is reached.
pub(crate) fn prove(size: Size) -> Figures {
    let scenarios = match size {
        Size::Short => short(),
        Size::Long => long(),
    };
    let count = number(scenarios.len());
    let (mut states, mut steps, mut deepest) = (0, 0, 0);
    let mut reached = BTreeSet::new();
    for scenario in scenarios {
        let found = search(Life::new(scenario, &[]), HasDiscoveries::AnyFailures);
        assert_eq!(found.counterexample, None);
        states += found.states;
        steps += found.steps;
        deepest = found.deepest.max(deepest);
        reached.extend(found.reached);
    }
    let missed: Vec<_> =
        claims(Expectation::Sometimes).filter(|name| !reached.contains(name)).collect();
    assert!(missed.is_empty(), "never reached: {missed:#?}");
    vec![
        ("scenarios", count),
        ("states", states),
        ("steps", steps),
        ("steps of the longest life", deepest),
        ("claims", number(claims(Expectation::Always).count())),
        ("situations that must be reached", number(reached.len())),
    ]
}

/// What a search found.
struct Found {
    states: u64,
    steps: u64,
    deepest: u64,
    reached: BTreeSet<&'static str>,
    /// A claim that fails, and the steps that lead there.
    counterexample: Option<String>,
}

fn search(life: Life, until: HasDiscoveries) -> Found {
    let checker = life.checker().threads(2).finish_when(until).spawn_bfs().join();
    let discoveries = checker.discoveries();
    let failed = claims(Expectation::Always).find(|name| discoveries.contains_key(name));
    let counterexample = failed.map(|name| {
        let path = discoveries[name].clone();
        let end = path.last_state().clone();
        format!("{name}: {:#?}\n{end:#?}", path.into_actions())
    });
    Found {
        states: number(checker.unique_state_count()),
        steps: number(checker.state_count()),
        deepest: number(checker.max_depth()) - 1,
        reached: discoveries.keys().copied().collect(),
        counterexample,
    }
}

/// The claims of that kind, by name.
fn claims(kind: Expectation) -> impl Iterator<Item = &'static str> {
    properties::all()
        .into_iter()
        .filter(move |claim| claim.expectation == kind)
        .map(|claim| claim.name)
}

fn number(count: usize) -> u64 {
    u64::try_from(count).expect("a count")
}

/// Some thousand states each, in a second or two.
fn short() -> Vec<Scenario> {
    vec![contended(), impatient(), expiring(), raced_by_tag(), in_flight()]
}

/// Some million states together: three writers at once, every mix of clocks, and a failing network
/// as a deadline passes.
fn long() -> Vec<Scenario> {
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
    vec![failing, three, any_clock, unsteady, tagged, half_visible, expiring]
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

#[test]
fn every_reachable_state_keeps_the_properties() {
    let figures = prove(Size::Short);
    eprintln!("{figures:?}");
}
