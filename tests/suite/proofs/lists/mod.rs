//! Lists against an answer by brute force: every row of the directory's file is looked at.
//!
//! What a list reads is held to what it has to read, by the store's own count of capacity: with a
//! filter that an index serves, in proportion to what the index names; without one, the table once.

mod directory;
mod filter;

use fastrand::Rng;

use self::{directory::Directory, filter::Filters};
use super::{Figures, Size};
use crate::harness::{App, Meter, NOW, Reads};

/// When lists are read: some deadlines are past, others are not.
const READ_AT: i64 = 3 * 60 * 60 + 600;

/// How many services, and how many lists beyond each filter by itself.
const fn extent(size: Size) -> (u64, usize) {
    match size {
        Size::Short => (2_000, 30),
        Size::Long => (100_000, 400),
    }
}

/// Runs the proof.
///
/// # Panics
/// A list lacks a service, has one that it should not, or one twice, or reads too much.
pub(crate) async fn prove(size: Size) -> Figures {
    let (services, lists) = extent(size);
    let mut rng = Rng::with_seed(5);
    let mut directory = Directory::new(&mut rng, services);
    let app = directory.start(&mut rng).await;
    let (app, meter) = Meter::below(&app);
    app.at(READ_AT);
    let now = NOW + READ_AT;
    let whole = whole(&app, &meter).await;
    let mut all = Filters::each(&mut rng, &directory, now);
    all.extend((0..lists).map(|_| Filters::draw(&mut rng, &directory, 40, now)));
    let (mut by_index, mut pages, mut listed) = (0, 0, 0);
    for filters in &all {
        let indexed = filters.bound(&directory, now).is_some();
        let limit = if indexed { rng.choice([4, 25]).expect("one") } else { 100 };
        let walk = walk(&app, filters, limit).await;
        hold_to_bounds((&directory, whole), (filters, &walk), now, meter.take());
        by_index += u64::from(indexed);
        pages += u64::from(walk.pages);
        listed += walk.ids.len();
        let mut ids = walk.ids;
        ids.sort_unstable();
        assert_eq!(ids, filters.matching(&directory, now), "{filters:?}");
    }
    let count = |number: usize| u64::try_from(number).expect("a number");
    vec![
        ("services", services),
        ("updates of their statuses", count(directory.updates.len())),
        ("lists walked to their end", count(all.len())),
        ("of them by an index", by_index),
        ("pages", pages),
        ("services listed", count(listed)),
    ]
}

struct Walk {
    ids: Vec<u64>,
    pages: u32,
}

/// All pages of a list.
async fn walk(app: &App, filters: &Filters, limit: usize) -> Walk {
    let query = filters.query();
    let mut walk = Walk { ids: Vec::new(), pages: 0 };
    let mut cursor = String::new();
    loop {
        let page = app.list(&format!("{query}&limit={limit}{cursor}")).by(filters.caller);
        let page = page.send().await;
        let ids = page.ids();
        assert!(ids.len() <= limit, "{filters:?}: {}", ids.len());
        walk.ids.extend(ids);
        walk.pages += 1;
        assert!(walk.pages < 3_000, "a walk without end: {filters:?}");
        let Some(next) = page.body["next"].as_str() else { return walk };
        cursor = format!("&cursor={next}");
    }
}

/// What a page may read besides the services that an index names: the caller, the caller's
/// assignments, and twelve reads of an index.
const BESIDES: f64 = 40.0;

/// What a walk has read is what it had to read.
fn hold_to_bounds(
    (directory, whole): (&Directory, f64),
    (filters, walk): (&Filters, &Walk),
    now: i64,
    reads: Reads,
) {
    let pages = f64::from(walk.pages);
    if let Some(bound) = filters.bound(directory, now) {
        assert_eq!(reads.scans, 0, "{filters:?}");
        let most = f64::from(bound) + BESIDES * pages;
        assert!(reads.units <= most, "{filters:?}: {} > {most}", reads.units);
    } else {
        let rows = u64::try_from(directory.rows.len()).expect("a number");
        assert_eq!(reads.scanned, rows, "{filters:?}");
        // Each read counts as a whole number of units, and each page reads the caller.
        let most = whole + f64::from(reads.scans) + pages;
        assert!(reads.units <= most, "{filters:?}: {} > {most}", reads.units);
    }
}

/// What one scan of the whole table reads, in capacity units.
async fn whole(app: &App, meter: &Meter) -> f64 {
    let scan = app.client.scan().table_name(&app.tables.services).consistent_read(true);
    scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.expect("a scan");
    meter.take().units
}

#[tokio::test]
async fn a_walk_finds_what_a_look_at_every_row_finds() {
    let figures = prove(Size::Short).await;
    assert!(figures.iter().all(|(_, count)| *count > 0), "{figures:?}");
}
