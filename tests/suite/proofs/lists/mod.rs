//! Compares lists with a brute-force answer that looks at every row of the directory's file.
//!
//! The store's own count of capacity limits what a list may read: with a filter that an index
//! serves, in proportion to what the index names; without one, the table once.

mod filter;
pub(super) mod generated_directory;

use fastrand::Rng;

use self::{filter::Filters, generated_directory::Directory};
use super::{Figures, Size};
use crate::harness::{App, Meter, NOW, Reads};

/// When lists are read: some deadlines are past, others are not.
const READ_AT: i64 = 3 * 60 * 60 + 600;

/// The number of services, and of lists besides the single filters. At the long size a bound had to be corrected.
const fn extent(size: Size) -> (u64, usize) {
    match size {
        Size::Short => (800, 20),
        Size::Long => (100_000, 200),
    }
}

/// Runs the proof.
///
/// # Panics
/// If a list lacks a service, has a wrong one or a duplicate, or reads too much.
pub(crate) async fn prove(size: Size) -> Figures {
    compare(extent(size), |_| {}).await.unwrap_or_else(|difference| panic!("{difference}"))
}

/// Compares that many lists with a directory that has been altered.
async fn compare(
    (services, lists): (u64, usize),
    alter: impl FnOnce(&mut Directory),
) -> Result<Figures, String> {
    let mut rng = Rng::with_seed(5);
    let mut directory = Directory::new(&mut rng, services);
    let app = directory.start(&mut rng).await;
    alter(&mut directory);
    let (app, meter) = Meter::below(&app);
    app.at(READ_AT);
    let now = NOW + READ_AT;
    let table = Table { rows: services, units: whole(&app, &meter).await };
    let mut all = Filters::each(&mut rng, &directory, now);
    all.extend((0..lists).map(|_| Filters::draw(&mut rng, &directory, 40, now)));
    let (mut by_index, mut pages, mut listed) = (0, 0, 0);
    for filters in &all {
        let bound = filters.bound(&directory, now);
        let limit = if bound.is_some() { rng.choice([4, 25]).expect("one") } else { 100 };
        let walk = walk(&app, filters, limit).await;
        table
            .hold(bound, f64::from(walk.pages), meter.take())
            .map_err(|excess| format!("{filters:?}: {excess}"))?;
        by_index += u64::from(bound.is_some());
        pages += u64::from(walk.pages);
        listed += walk.ids.len();
        let mut ids = walk.ids;
        ids.sort_unstable();
        let expected = filters.matching(&directory, now);
        if ids != expected {
            return Err(format!("{filters:?}: {ids:?}, not {expected:?}"));
        }
    }
    let count = |number: usize| u64::try_from(number).expect("a number");
    Ok(vec![
        ("services", services),
        ("updates of their statuses", count(directory.updates.len())),
        ("lists walked to their end", count(all.len())),
        ("of them by an index", by_index),
        ("pages", pages),
        ("services listed", count(listed)),
    ])
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
        assert!(walk.pages < 3_000, "a list without an end: {filters:?}");
        let Some(next) = page.body["next"].as_str() else { return walk };
        cursor = format!("&cursor={next}");
    }
}

/// What a page may read besides the services that an index names: the caller, the caller's 17
/// assignments, and the index 25 times at half a unit or a little more.
const BESIDES: f64 = 32.0;

/// The table of services: its row count, and the cost of one full scan.
struct Table {
    rows: u64,
    units: f64,
}

impl Table {
    /// Checks that a list read no more than it had to: what an index names, or the table once.
    fn hold(&self, bound: Option<u32>, pages: f64, reads: Reads) -> Result<(), String> {
        let (scanned, most) = match bound {
            Some(bound) => (0, f64::from(bound) + BESIDES * pages),
            // Each read counts as a whole number of units, and each page reads the caller.
            None => (self.rows, self.units + f64::from(reads.scans) + pages),
        };
        if reads.scanned == scanned && reads.units <= most {
            Ok(())
        } else {
            Err(format!("{reads:?}, not {scanned} scanned and at most {most} units"))
        }
    }
}

/// The cost of scanning the whole table once.
async fn whole(app: &App, meter: &Meter) -> f64 {
    let scan = app.client.scan().table_name(&app.tables.services).consistent_read(true);
    scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.expect("a scan");
    meter.take().units
}

#[tokio::test]
async fn a_list_has_exactly_the_services_that_a_scan_finds() {
    let figures = prove(Size::Short).await;
    assert!(figures.iter().all(|(_, count)| *count > 0), "{figures:?}");
}

/// Controls: a directory that differs from the tables in one thing.
#[tokio::test]
async fn a_difference_between_directory_and_tables_is_noticed() {
    let alterations: [fn(&mut Directory); 3] = [
        |directory| {
            let row = directory.rows.values_mut().find(|row| row.active).expect("a service");
            row.active = false;
        },
        |directory| {
            let update = directory.updates.values_mut().find(|update| update.deadline.is_none());
            update.expect("a GREEN").status = "RED";
        },
        |directory| directory.assigned.values_mut().for_each(Vec::clear),
    ];
    for alter in alterations {
        compare((300, 0), alter).await.expect_err("a difference");
    }
}

/// Controls: a list that reads too far, or reads twice.
#[test]
fn a_list_that_reads_too_much_is_noticed() {
    let table = Table { rows: 100, units: 10.0 };
    let reads = |scanned, units| Reads { scanned, units, scans: 1 };
    assert_eq!(table.hold(None, 1.0, reads(100, 12.0)), Ok(()));
    assert_eq!(table.hold(Some(5), 1.0, reads(0, 37.0)), Ok(()));
    let too_much = [
        (None, reads(101, 12.0)),
        (None, reads(100, 12.5)),
        (Some(5), reads(0, 37.5)),
        (Some(5), reads(1, 1.0)),
    ];
    for (bound, reads) in too_much {
        table.hold(bound, 1.0, reads).expect_err("too much");
    }
}
