//! However the store fails, the tables hold what clients were told: no acknowledged update is lost,
//! none is applied twice, none is refused and stored all the same.
//!
//! Updates and runs of the schedule go through the real handlers and the real SDK to a store that
//! fails at random. A failing world prints its seed; `PROOF_SEED=<seed>` before the same command runs it
//! again.

mod bystanders;
mod controls;
mod examples;
mod half_visible;
mod isolation;
pub(crate) mod ledger;
mod others;
mod tally;
mod world;

use std::collections::BTreeMap;

use tokio::task::LocalSet;

use self::{tally::Tally, world::run};
use super::{Figures, Size};
use crate::harness::faulty::Fate;

/// How many worlds, and how many updates in each.
const fn extent(size: Size) -> (u64, u64) {
    match size {
        Size::Short => (1, 300),
        Size::Long => (125, 850),
    }
}

/// Runs the proof.
///
/// # Panics
/// The tables of a world do not hold what its clients were told, or a kind of fault never came.
pub(crate) async fn prove(size: Size) -> Figures {
    let (worlds, updates) = extent(size);
    let seeds = match std::env::var("PROOF_SEED").map(|seed| seed.parse()) {
        Ok(seed) => vec![seed.expect("PROOF_SEED is a number")],
        Err(_) => (0..worlds).collect(),
    };
    let mut total = Tally::default();
    // Some at once, so that while one waits another goes on.
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
    let mut faults: BTreeMap<&'static str, u64> = BTreeMap::new();
    for ((_, name), count) in &total.faults {
        *faults.entry(name).or_default() += count;
    }
    let calls = ("calls of the store", faults.values().sum());
    total.counted.iter().map(|(name, count)| (*name, *count)).chain([calls]).chain(faults).collect()
}

/// Says what a proof went through, where `--nocapture` lets one see it.
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
