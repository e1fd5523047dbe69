//! A follower of a region's changes knows what a list would say, however the store fails, whichever clock is wrong, and
//! while transactions are half visible.
//!
//! Updates, moved deadlines, scheduled runs, lists and polls go through the real handlers, imports and operators'
//! commands through the real importer and commands, all with the real SDK to a store that fails at random. Imports are
//! killed too. After each poll, the follower has each change that was acknowledged, or visible for everybody, before the
//! poll began, or was told to read the list. At the end it has what a list has. A failing world prints its seed; to run it
//! again, put `PROOF_SEED=<seed>` before the same command.

mod check;
mod count;
mod directory;
mod follower;
mod world;

use self::{count::Count, follower::Mistake, world::World};
use super::{Figures, Size};
use crate::harness::faulty::Lie;

/// The number of worlds, and of events in each. One fault of the importer showed in one world of 400.
const fn extent(size: Size) -> (u64, u64) {
    match size {
        Size::Short => (8, 60),
        Size::Long => (400, 150),
    }
}

/// Runs the proof.
///
/// # Panics
/// If a follower lacks an update, or something never happened.
pub(crate) async fn prove(size: Size) -> Figures {
    let (worlds, events) = extent(size);
    let seeds = match std::env::var("PROOF_SEED").map(|seed| seed.parse()) {
        Ok(seed) => vec![seed.expect("PROOF_SEED is a number")],
        Err(_) => (0..worlds).collect(),
    };
    let mut count = Count::default();
    for seed in seeds {
        let lived = live(seed, events, None, None, &mut count).await;
        lived.unwrap_or_else(|lack| panic!("PROOF_SEED={seed}: {lack}"));
    }
    count.figures()
}

async fn live(
    seed: u64,
    events: u64,
    lie: Option<Lie>,
    mistake: Option<Mistake>,
    count: &mut Count,
) -> Result<(), String> {
    let mut world = World::start(seed, lie, mistake).await;
    for _ in 0..events {
        world.happen(count).await?;
    }
    world.end(count).await
}

#[tokio::test(start_paused = true)]
async fn a_follower_knows_what_a_list_would_say() {
    let figures = prove(Size::Short).await;
    assert!(figures.iter().all(|(_, count)| *count > 0), "{figures:?}");
}

/// Whether some world notices.
async fn is_noticed(lie: Option<Lie>, mistake: Option<Mistake>) -> bool {
    for seed in 0..60 {
        if live(seed, 40, lie, mistake, &mut Count::default()).await.is_err() {
            return true;
        }
    }
    false
}

/// Controls: the store breaks a promise, or a row for followers is missing.
#[tokio::test(start_paused = true)]
async fn a_store_that_hides_changes_is_noticed() {
    for lie in
        [Lie::ChangeRowApart, Lie::OneRegion, Lie::ManyUntold, Lie::NoLookBack, Lie::StaleQuery]
    {
        assert!(is_noticed(Some(lie), None).await, "{lie:?}");
    }
}

/// Controls: cursors without their digest, or of rows whose changes were not delivered, and a follower that reads the
/// list before it begins.
#[tokio::test(start_paused = true)]
async fn a_cursor_that_knows_too_much_is_noticed() {
    for mistake in Mistake::ALL {
        assert!(is_noticed(None, Some(mistake)).await, "{mistake:?}");
    }
}
