//! What the proof compares at its two sizes.

use super::{
    filter::{all_combinations, some_combinations},
    generated_directory::Shape,
    walk::ENDLESS,
};
use crate::proofs::Size;

/// What of one directory is compared.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) shape: Shape,
    pub(super) services: u64,
    pub(super) lists: Choice,
    /// The most pages of a list.
    pub(super) pages: u32,
}

/// Which lists are compared.
#[derive(Clone, Copy)]
pub(super) enum Choice {
    /// As many, with random filters.
    Random(usize),
    /// One with each of these combinations of filters.
    Combinations(fn() -> Vec<u32>),
}

/// At the long size a bound had to be corrected. A list of a flat directory of 100,000 would take thousands of pages,
/// so only the first few are read.
pub(super) fn extents(size: Size) -> [Extent; 4] {
    let extent = |shape, services, lists, pages| Extent { shape, services, lists, pages };
    let [some, all] = [some_combinations, all_combinations].map(Choice::Combinations);
    match size {
        Size::Short => [
            extent(Shape::Trees, 500, Choice::Random(20), ENDLESS),
            extent(Shape::Flat, 260, some, ENDLESS),
            extent(Shape::Deep, 85, some, ENDLESS),
            extent(Shape::Regions, 1_010, some, 2),
        ],
        Size::Long => [
            extent(Shape::Trees, 100_000, Choice::Random(200), ENDLESS),
            extent(Shape::Flat, 100_000, all, 5),
            extent(Shape::Deep, 3_000, all, ENDLESS),
            extent(Shape::Regions, 10_000, all, ENDLESS),
        ],
    }
}
