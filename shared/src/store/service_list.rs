//! Lists of services, page by page.
//!
//! An index only says which services may match. The services of a page come from strongly consistent reads of the
//! table and are filtered again, so a list never shows what GET would not. A page reads at most 250 units: see
//! `read_units.rs`. How a list finds its services: see `list_place.rs`; how a page reads them: see `page_reader.rs`.

use std::collections::HashMap;

use super::{
    ListPosition, ServiceFilter, ServicesTable, UnreadableRow, attribute::Item, list_place::Place,
    list_source::Batch, read_units::UnitBudget, service_item::parse_service,
};
use crate::domain::{Service, ServiceId, Timestamp};

/// A page that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The list.
    pub filter: ServiceFilter,
    /// Where the page starts; `None` for the first one.
    pub position: Option<ListPosition>,
    /// The most services of a page, at most 100.
    pub limit: usize,
    /// The time of the request.
    pub now: Timestamp,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServicePage {
    /// The matching services. There may be fewer than the limit, or none, even if there is a next page.
    pub services: Vec<Service>,
    /// The rows that cannot be read, and so may match.
    pub unreadable: Vec<UnreadableRow>,
    /// Where the next page starts; `None` after the last page.
    pub next: Option<ListPosition>,
}

/// A page while it is read.
pub struct PageReader<'a> {
    pub(super) table: &'a ServicesTable,
    pub(super) request: &'a PageRequest,
    pub(super) place: Place,
    pub(super) units: UnitBudget,
    /// Rows that were read to find a subtree; `None` for one that does not exist.
    pub(super) tops: HashMap<ServiceId, Option<Item>>,
    pub(super) page: ServicePage,
    /// The calls of the table and its indexes.
    pub(super) calls: u32,
    /// The rows that were compared with the filter.
    pub(super) rows_seen: usize,
}

/// What a page read before its caller was known.
#[derive(Debug)]
pub enum FirstRead {
    /// Nothing: what to read depends on the caller's assignments.
    Nothing,
    /// The row of the parent.
    Parent(Option<Item>),
    /// A part of the table or of an index.
    Batch(Batch),
}

impl ServicesTable {
    /// Begins a page. `None` if its position does not belong to its filter.
    #[must_use]
    pub fn page<'a>(&'a self, request: &'a PageRequest) -> Option<PageReader<'a>> {
        let place = Place::of(&request.filter, request.position.as_ref())?;
        let is_empty = request.filter.matches_nothing(request.now);
        Some(PageReader {
            table: self,
            request,
            place: if is_empty { Place::End } else { place },
            units: UnitBudget::new(),
            tops: HashMap::new(),
            page: ServicePage::default(),
            calls: 0,
            rows_seen: 0,
        })
    }
}

impl PageReader<'_> {
    /// Leaves these read units of the page to somebody else.
    #[must_use]
    pub fn reserving(mut self, units: f64) -> Self {
        self.units.spend(units);
        self
    }
}

impl FirstRead {
    /// The parent, if that was read and exists.
    #[must_use]
    pub fn parent(&self) -> Option<Result<Service, UnreadableRow>> {
        match self {
            Self::Parent(row) => row.clone().map(parse_service),
            Self::Nothing | Self::Batch(_) => None,
        }
    }
}
