//! Compares lists with a brute-force answer that looks at every row of the directory's file.
//!
//! The store's own count of capacity limits what a list may read: with a filter that an index
//! serves, in proportion to what the index names; without one, the table once.

mod extent;
mod filter;
pub(super) mod generated_directory;
mod walk;

use fastrand::Rng;

use self::{
    extent::{Choice, Extent, extents},
    filter::Filters,
    generated_directory::{Directory, Shape},
    walk::{ENDLESS, Table, Walk, walk, whole},
};
use super::{Figures, Size};
use crate::harness::{App, Meter, NOW, Reads};

/// When lists are read: some deadlines are past, others are not.
const READ_AT: i64 = 3 * 60 * 60 + 600;

/// The smallest limit, and how many pages of such a list are read.
const SMALLEST: (usize, u32) = (1, 2);

/// Runs the proof.
///
/// # Panics
/// If a list lacks a service, has a wrong one or a duplicate, or reads too much.
pub(crate) async fn prove(size: Size) -> Figures {
    let mut count = Count::default();
    for extent in extents(size) {
        let compared = compare(extent, |_| {}, &mut count).await;
        compared.unwrap_or_else(|difference| panic!("{:?}: {difference}", extent.shape));
    }
    count.figures()
}

/// What was compared.
#[derive(Default)]
struct Count {
    services: u64,
    updates: u64,
    lists: u64,
    pages: u64,
    listed: u64,
    units: f64,
    calls: u32,
}

impl Count {
    fn add(&mut self, walk: &Walk) {
        self.lists += 1;
        self.pages += u64::from(walk.pages);
        self.listed += count(walk.ids.len());
        self.units = self.units.max(walk.most_units);
        self.calls = self.calls.max(walk.most_calls);
    }

    fn figures(&self) -> Figures {
        vec![
            ("services, in four directories", self.services),
            ("updates of their statuses", self.updates),
            ("lists", self.lists),
            ("pages", self.pages),
            ("services listed", self.listed),
            ("read units of the page that took most", round_up(self.units)),
            ("calls of the store for the page that took most", self.calls.into()),
        ]
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).expect("a number")
}

/// Units come in halves.
fn round_up(units: f64) -> u64 {
    (0_u32..).find(|whole| f64::from(*whole) >= units).map_or(0, u64::from)
}

/// Compares lists with a directory that has been altered.
async fn compare(
    extent: Extent,
    alter: impl FnOnce(&mut Directory),
    count: &mut Count,
) -> Result<(), String> {
    let mut rng = Rng::with_seed(5);
    let mut directory = Directory::new(&mut rng, extent.shape, extent.services);
    let app = directory.start(&mut rng).await;
    alter(&mut directory);
    let (app, meter) = Meter::below(&app);
    app.at(READ_AT);
    let now = NOW + READ_AT;
    count.services += extent.services;
    count.updates += self::count(directory.updates.len());
    let mut all = Filters::each(&mut rng, &directory, now);
    match extent.lists {
        Choice::Random(lists) => {
            all.extend((0..lists).map(|_| Filters::draw(&mut rng, &directory, 40, now)));
        }
        Choice::Combinations(of) => {
            all.extend(Filters::combinations(&mut rng, &directory, now, &of()));
        }
    }
    let table = Table { rows: extent.services, units: whole(&app, &meter).await };
    let lists = Lists { extent, directory: &directory, app: &app, meter: &meter, table };
    for filters in &all {
        let (limit, pages) = lists.draw(filters, &mut rng);
        let compared = lists.compare(filters, (limit, pages), count).await;
        compared.map_err(|excess| format!("{filters:?} {limit}: {excess}"))?;
    }
    Ok(())
}

/// The lists of one directory.
struct Lists<'a> {
    extent: Extent,
    directory: &'a Directory,
    app: &'a App,
    meter: &'a Meter,
    table: Table,
}

impl Lists<'_> {
    /// A limit for a list with these filters, and how many pages of it to read.
    fn draw(&self, filters: &Filters, rng: &mut Rng) -> (usize, u32) {
        let limits: &[usize] =
            match (filters.bound(self.directory, NOW + READ_AT), self.extent.shape) {
                (None, _) => &[1, 100],
                (_, Shape::Trees) => &[1, 4, 25, 100],
                _ => &[1, 25, 100],
            };
        match *rng.choice(limits).expect("one") {
            1 => SMALLEST,
            limit => (limit, self.extent.pages),
        }
    }

    /// Compares a list with what the directory has.
    async fn compare(
        &self,
        filters: &Filters,
        extent: (usize, u32),
        count: &mut Count,
    ) -> Result<(), String> {
        let walk = walk(self.app, self.meter, filters, extent).await?;
        count.add(&walk);
        // A walk that is cut short has not read everything, and one of single services reads some twice.
        if self.extent.shape == Shape::Trees && extent != SMALLEST {
            let bound = filters.bound(self.directory, NOW + READ_AT);
            self.table.hold(bound, extent.0, &walk)?;
        }
        let expected = filters.matching(self.directory, NOW + READ_AT);
        if walk.is_of(&expected) {
            Ok(())
        } else {
            Err(format!("{:?}, not {expected:?}", walk.ids))
        }
    }
}

#[tokio::test]
async fn a_list_has_exactly_the_services_that_a_scan_finds() {
    let figures = prove(Size::Short).await;
    assert!(figures.iter().all(|(_, count)| *count > 0), "{figures:?}");
}

/// Controls: a directory that differs from the tables in one thing.
#[tokio::test]
async fn a_difference_between_directory_and_tables_is_noticed() {
    let alterations: [fn(&mut Directory); 5] = [
        |directory| {
            let row = directory.rows.values_mut().find(|row| row.active).expect("a service");
            row.active = false;
        },
        |directory| {
            let update = directory.updates.values_mut().find(|update| update.deadline.is_none());
            update.expect("a GREEN").status = "RED";
        },
        |directory| directory.assigned.values_mut().for_each(Vec::clear),
        |directory| directory.rows.values_mut().for_each(|row| row.review_after = None),
        |directory| {
            let deadlines =
                directory.updates.values_mut().filter_map(|last| last.deadline.as_mut());
            deadlines
                .filter(|deadline| **deadline > NOW + READ_AT)
                .for_each(|last| *last = i64::MAX);
        },
    ];
    for alter in alterations {
        let extent =
            Extent { shape: Shape::Trees, services: 200, lists: Choice::Random(1), pages: ENDLESS };
        compare(extent, alter, &mut Count::default()).await.expect_err("a difference");
    }
}

/// Controls: a list that reads too far, or reads twice, and a page that reads too much.
#[test]
fn a_list_that_reads_too_much_is_noticed() {
    let table = Table { rows: 100, units: 10.0 };
    let reads = |scanned, units| Reads { scanned, units, scans: 1, calls: 1 };
    let walk = |scanned, units| {
        let mut walk = Walk::default();
        walk.add(reads(scanned, units)).map(|()| walk)
    };
    let hold = |bound, walk: Result<Walk, _>| walk.and_then(|walk| table.hold(bound, 50, &walk));
    assert_eq!(hold(None, walk(100, 12.0)), Ok(()));
    assert_eq!(hold(Some(5), walk(0, 37.0)), Ok(()));
    assert_eq!(hold(Some(250), walk(0, 250.0)), Ok(()));
    let too_much = [
        (None, walk(101, 12.0)),
        (None, walk(100, 12.5)),
        (Some(5), walk(0, 37.5)),
        (Some(5), walk(1, 1.0)),
        (Some(250), walk(0, 250.5)),
    ];
    for (bound, walk) in too_much {
        hold(bound, walk).expect_err("too much");
    }
    let small = |units| walk(0, units).and_then(|walk| table.hold(Some(5), 49, &walk));
    assert_eq!(small(61.0), Ok(()));
    small(61.5).expect_err("too much");
    let calls = |calls| Walk::default().add(Reads { calls, ..Reads::default() });
    assert_eq!(calls(27), Ok(()));
    calls(28).expect_err("too many calls");
}
