//! The pages of a list, and what they may read.

use super::filter::Filters;
use crate::harness::{App, Meter, Reads};

/// More pages than a list can have.
pub(super) const ENDLESS: u32 = 10_000;

/// The most read units of one page, whatever the list.
const MAX_PAGE_UNITS: f64 = 250.0;

/// The most calls of the store for one page: the caller, 25 calls, and the rows that the last of them named.
const MAX_PAGE_CALLS: u32 = 27;

/// The pages of a list.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) ids: Vec<u64>,
    /// Whether there is no further page.
    is_complete: bool,
    pub(super) pages: u32,
    pub(super) reads: Reads,
    /// What the page took that took most.
    pub(super) most_units: f64,
    /// What the page called that called most.
    pub(super) most_calls: u32,
}

impl Walk {
    /// Whether it has each of these services once. Before its end some may be missing.
    pub(super) fn is_of(&self, expected: &[u64]) -> bool {
        let mut ids = self.ids.clone();
        ids.sort_unstable();
        let once = ids.windows(2).all(|pair| pair[0] != pair[1]);
        once && ids.iter().all(|id| expected.binary_search(id).is_ok())
            && (!self.is_complete || ids.len() == expected.len())
    }

    /// Adds what a page read.
    pub(super) fn add(&mut self, reads: Reads) -> Result<(), String> {
        self.pages += 1;
        self.reads.units += reads.units;
        self.reads.scans += reads.scans;
        self.reads.scanned += reads.scanned;
        self.most_units = self.most_units.max(reads.units);
        self.most_calls = self.most_calls.max(reads.calls);
        if reads.units <= MAX_PAGE_UNITS && reads.calls <= MAX_PAGE_CALLS {
            Ok(())
        } else {
            Err(format!("a page: {reads:?}"))
        }
    }
}

/// The pages of a list, to its end or until there are as many as that.
pub(super) async fn walk(
    app: &App,
    meter: &Meter,
    filters: &Filters,
    (limit, pages): (usize, u32),
) -> Result<Walk, String> {
    let query = filters.query();
    let mut walk = Walk::default();
    let mut cursor = String::new();
    meter.take();
    while walk.pages < pages {
        let page = app.list(&format!("{query}&limit={limit}{cursor}")).by(filters.caller);
        let page = page.send().await;
        let ids = page.ids();
        assert!(ids.len() <= limit, "{filters:?}: {}", ids.len());
        walk.ids.extend(ids);
        walk.add(meter.take())?;
        let Some(next) = page.body["next"].as_str() else {
            walk.is_complete = true;
            return Ok(walk);
        };
        cursor = format!("&cursor={next}");
    }
    assert!(pages < ENDLESS, "a list without an end: {filters:?}");
    Ok(walk)
}

/// What a page may read besides the services and assignments that it goes by: the caller, up to 24 assignments that
/// the next page reads again, and an index 25 times, mostly at half a unit.
const BESIDES: f64 = 32.0;

/// What a page with a limit below 50 may read besides: up to 24 rows that the next page reads again.
const READ_AGAIN: f64 = 24.0;

/// The table of services: its row count, and the cost of one full scan.
pub(super) struct Table {
    pub(super) rows: u64,
    pub(super) units: f64,
}

impl Table {
    /// Checks that a list read no more than it had to: what an index names, or the table once.
    pub(super) fn hold(
        &self,
        bound: Option<u32>,
        limit: usize,
        Walk { pages, reads, .. }: &Walk,
    ) -> Result<(), String> {
        let pages = f64::from(*pages);
        let (scanned, most) = match bound {
            Some(bound) if limit < 50 => (0, f64::from(bound) + (BESIDES + READ_AGAIN) * pages),
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
pub(super) async fn whole(app: &App, meter: &Meter) -> f64 {
    let scan = app.client.scan().table_name(&app.tables.services).consistent_read(true);
    scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.expect("a scan");
    meter.take().units
}
