//! Model checking of one service's status: the search tries every order of steps of writers, which
//! set the status or move its deadline, of a scheduler that runs twice, of a reader, and of a
//! network that loses, delays and repeats requests. Each has its own clock. The status changes are
//! computed by the domain's own code.
//!
//! The model also covers how the functions talk to the store, and what DynamoDB promises them: a
//! transaction is applied completely or not at all, a token makes it apply once, and a strongly
//! consistent read finds acknowledged writes. In some scenarios a transaction's rows
//! become visible one after another, and only a transactional read waits for all of them; in some, a
//! user loses the right between two attempts. Not modelled: other rights, directory data, clients'
//! keys, and pages of history.
//!
//! The checker tells worlds apart by 64-bit hashes. The chance that two of some million worlds
//! share a hash, and so hide a state, is below one in a million.

mod controls;
mod deadline_controls;
mod participants;
mod plan;
mod properties;
mod rules;
mod scenario;
mod scenarios;
mod situations;
mod state;
mod status;
mod steps;
mod store;
mod writer;

use std::collections::BTreeSet;

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use self::steps::Life;
use super::{Figures, Size};

/// Checks the claims in all scenarios of a size, and that every interesting situation is reached.
pub(crate) fn prove(size: Size) -> Figures {
    let scenarios = match size {
        Size::Short => scenarios::short(),
        Size::Long => scenarios::long(),
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

#[test]
fn every_reachable_state_keeps_the_properties() {
    let figures = prove(Size::Short);
    eprintln!("{figures:?}");
}
