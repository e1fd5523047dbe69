//! Kills imports over and over while clients update statuses.
//!
//! The directory's files alone determine what the tables must hold in the end.

mod interrupted;
mod world;

use std::sync::atomic::AtomicBool;

use aws_sdk_dynamodb::types::AttributeValue;

use self::world::World;
use super::{Figures, Size};

/// The number of services, and how often an import is killed. At the long size a bound had to be corrected.
const fn extent(size: Size) -> (u64, u32) {
    match size {
        Size::Short => (1_000, 10),
        Size::Long => (100_000, 40),
    }
}

/// Runs the proof.
///
/// # Panics
/// If a table differs from what it must hold.
pub(crate) async fn prove(size: Size) -> Figures {
    let (services, kills) = extent(size);
    let mut world = World::start(services).await;
    world.look().await;
    for kills_left in (1..=kills).rev() {
        // Never all that are left, however many writes in flight were lost before.
        let left = u64::try_from(world.unwritten()).expect("a number");
        world.import_killed(left / u64::from(kills_left + 1)).await;
        world.hold_order().unwrap_or_else(|disorder| panic!("{disorder}"));
    }
    let last = world.import().await;
    world.look().await;
    world.hold_directory().unwrap_or_else(|difference| panic!("{difference}"));
    world.hold_statuses().unwrap_or_else(|difference| panic!("{difference}"));
    let again = world.import().await;
    assert_eq!((again.added, again.changed, again.moved), (0, 0, 0), "a repeated import writes");
    let count = |number: usize| u64::try_from(number).expect("a number");
    vec![
        ("services", services),
        ("of them in another place or with another name afterwards", count(world.differing)),
        ("imports killed", u64::from(kills)),
        ("of them with services left below their old ancestors", world.misplaced),
        (
            "rows that the last import still had to write",
            count(last.moved + last.changed + last.added),
        ),
        ("updates of statuses meanwhile", count(world.updated)),
    ]
}

#[tokio::test]
async fn an_import_that_is_killed_and_run_again_ends_in_the_same_tables() {
    let figures = prove(Size::Short).await;
    assert!(figures.iter().all(|(_, count)| *count > 0), "{figures:?}");
}

/// Controls: a row written before its parent, a row not written, a lost status.
#[tokio::test]
async fn a_wrong_table_is_noticed() {
    let mut world = World::start(1_000).await;
    world.look().await;
    assert!(world.hold_directory().is_err(), "a missing import");
    let child = world.places.iter().find(|(id, place)| {
        let parent = world.after.ancestry(**id).get(1).copied();
        world.before[id] != **place
            && parent.is_some_and(|parent| world.before[&parent] != world.places[&parent])
    });
    let (child, place) = child.map(|(id, place)| (*id, place.clone())).expect("a moved subtree");
    let row = world.rows.get_mut(&child).expect("a row");
    row.insert("path".to_owned(), AttributeValue::S(place));
    assert!(world.hold_order().is_err(), "a service moved before its ancestor");
    world
        .rows
        .get_mut(&child)
        .expect("a row")
        .insert("path".to_owned(), AttributeValue::S("/1/".to_owned()));
    assert!(world.hold_order().is_err(), "a service at an unexpected place");
    world.update_until(&AtomicBool::new(true)).await;
    world.look().await;
    world.hold_statuses().expect("the statuses");
    for row in world.rows.values_mut() {
        row.remove("notes");
    }
    assert!(world.hold_statuses().is_err(), "a lost status");
}
