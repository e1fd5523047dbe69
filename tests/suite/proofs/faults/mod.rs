//! However the store fails, the tables agree with what clients were told: no acknowledged update is
//! lost, none is applied twice, and no refused update is stored.
//!
//! Updates and scheduled runs go through the real handlers and the real SDK to a store that fails
//! at random. A failing world prints its seed; to run it again, put `PROOF_SEED=<seed>` before the
//! same command.

mod agreement;
mod bystanders;
mod controls;
mod examples;
mod fates;
mod half_visible;
mod isolation;
pub(crate) mod ledger;
mod moved_deadlines;
mod others;
pub(crate) mod tables;
mod tally;
mod world;

use std::collections::BTreeSet;

use tokio::task::LocalSet;

use self::{tally::Tally, world::run};
use super::{Figures, Size};
use crate::harness::faulty::Fate;

/// The number of worlds, and of updates in each. A lost request that arrives after its repeat was refused is so rare
/// that it takes some 100,000 updates.
const fn extent(size: Size) -> (u64, u64) {
    match size {
        Size::Short => (1, 300),
        Size::Long => (125, 850),
    }
}

/// Runs the proof.
///
/// # Panics
/// If the tables disagree with what clients were told, or some kind of fault never occurred.
pub(crate) async fn prove(size: Size) -> Figures {
    let (worlds, updates) = extent(size);
    let seeds = match std::env::var("PROOF_SEED").map(|seed| seed.parse()) {
        Ok(seed) => vec![seed.expect("PROOF_SEED is a number")],
        Err(_) => (0..worlds).collect(),
    };
    let mut total = Tally::default();
    // Several at once, so that one works while another waits.
    for some in seeds.chunks(4) {
        let lanes = LocalSet::new();
        let running: Vec<_> =
            some.iter().map(|seed| (*seed, lanes.spawn_local(run(*seed, updates, None)))).collect();
        lanes.await;
        for (seed, lane) in running {
            match lane.await.expect("a world that runs to its end") {
                Ok(tally) => total.add(tally),
                Err(violation) => panic!("PROOF_SEED={seed}: {violation}"),
            }
        }
    }
    if std::env::var("PROOF_SEED").is_err() {
        every_fault_came(&total);
        for what in ["deadlines moved", "answered 409 without a deadline"] {
            assert!(total.counted.get(what).is_some_and(|count| *count > 0), "no {what}");
        }
    }
    let half_visible = half_visible::prove(size).await;
    let half_visible = half_visible.unwrap_or_else(|violation| panic!("{violation}"));
    total.counted.insert("updates half visible when sent again", half_visible);
    figures(&total)
}

fn every_fault_came(total: &Tally) {
    for operation in ["TransactWriteItems", "BatchGetItem"] {
        for fate in Fate::of(operation) {
            let key = (operation.to_owned(), fate.name());
            assert!(total.faults.contains_key(&key), "{key:?}: {:?}", total.faults);
        }
    }
}

fn figures(total: &Tally) -> Figures {
    let failed = || total.faults.iter().filter(|((_, name), _)| *name != Fate::Passed.name());
    let kinds: BTreeSet<_> = failed().map(|((_, name), _)| name).collect();
    let calls = [
        ("calls of the store", total.faults.values().sum()),
        ("of them failed", failed().map(|(_, count)| count).sum()),
        ("kinds of failure", kinds.len() as u64),
    ];
    total.counted.iter().map(|(name, count)| (*name, *count)).chain(calls).collect()
}

/// Prints the figures, visible with `--nocapture`.
#[expect(clippy::print_stdout, reason = "figures are for people")]
fn report(figures: &Figures) {
    for (name, count) in figures {
        println!("{count:>9} {name}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_tables_hold_what_clients_were_told_however_the_store_fails() {
    report(&prove(Size::Short).await);
}
