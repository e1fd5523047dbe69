//! Lists of services, page by page.
//!
//! An index only says which services may match. The services of a page come from one strongly
//! consistent read of the table and are filtered again, so a list never shows what GET would not.

use super::{
    ListPosition, ServiceFilter, ServicesTable, StoreFault,
    access_path::{AccessPath, BatchQuery},
};
use crate::domain::{HierarchyPath, Rag, Service, ServiceId, Timestamp, User};

/// The most reads for one page. After them it is returned even if it is less than half full.
const MAX_READS: usize = 25;

/// How much of the table one page may scan before it comes short, in read units of 4 KB. One read takes at most 100
/// services of less than 1 KB each (10 KB with the longest texts), and a page exceeds the limit by less than one read.
const MAX_SCANNED_UNITS: f64 = 128.0;

/// The most ids in one read.
const MAX_IDS: usize = 100;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePage {
    /// The matching services.
    pub services: Vec<Service>,
    /// Where the next page starts; `None` after the last page.
    pub next: Option<ListPosition>,
}

impl ServicesTable {
    /// A page of at most `limit` services that pass the filter, for this caller. It may come short even if
    /// there is a next page. `None` if the position does not belong to this filter.
    ///
    /// # Errors
    /// The store failed, or a row cannot be read.
    pub async fn page(
        &self,
        filter: &ServiceFilter,
        caller: &User,
        from: Option<ListPosition>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Option<ServicePage>, StoreFault> {
        let path = self.access_path(filter, caller).await?;
        if from.as_ref().is_some_and(|position| !path.contains(position)) {
            return Ok(None);
        }
        let mut services = Vec::with_capacity(limit);
        let mut scanned_units = 0.0;
        let mut next = from;
        for _ in 0..MAX_READS {
            let count = limit - services.len();
            let query = BatchQuery { table: self, from: next.as_ref(), count, filter, now };
            let batch = path.fetch(query).await?;
            services
                .extend(batch.services.into_iter().filter(|one| filter.matches(one, caller, now)));
            next = batch.next;
            scanned_units += batch.scanned_units;
            // A few closed services are not worth another round trip: half a page is enough.
            let is_enough = 2 * services.len() >= limit;
            if next.is_none() || is_enough || scanned_units >= MAX_SCANNED_UNITS {
                break;
            }
        }
        Ok(Some(ServicePage { services, next }))
    }

    /// The access path that reads every match: by assignments if only editable services are listed; else by
    /// parent; else by AMBER and RED (that index has the region too); else by region; else the whole table.
    async fn access_path(
        &self,
        filter: &ServiceFilter,
        caller: &User,
    ) -> Result<AccessPath, StoreFault> {
        let limited = !filter.statuses.is_empty() && !filter.statuses.contains(&Rag::Green);
        let bounds = match (filter.parent, filter.region) {
            (Some(parent), _) => Some(self.paths(&[parent]).await?),
            (None, Some(region)) => Some(vec![HierarchyPath::new(Vec::new(), region)]),
            (None, None) => None,
        };
        if filter.editable {
            let assigned = if caller.edit_capacity { caller.services.as_slice() } else { &[] };
            let assigned = self.paths(assigned).await?;
            return Ok(AccessPath::Subtrees(outermost(match bounds {
                Some(bounds) => intersection(&assigned, &bounds),
                None => assigned,
            })));
        }
        Ok(match bounds {
            Some(bounds) if filter.parent.is_some() || !limited => AccessPath::Subtrees(bounds),
            _ if limited => AccessPath::PendingResets,
            _ => AccessPath::Table,
        })
    }

    /// The paths of those services that exist.
    async fn paths(&self, ids: &[ServiceId]) -> Result<Vec<HierarchyPath>, StoreFault> {
        let mut paths = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MAX_IDS) {
            let services = self.services(ids).await?;
            paths.extend(services.into_iter().map(|service| service.details.path));
        }
        Ok(paths)
    }
}

/// The subtrees that two sets of subtrees share.
fn intersection(some: &[HierarchyPath], others: &[HierarchyPath]) -> Vec<HierarchyPath> {
    let pairs = some.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
    let inner = pairs.filter_map(|(one, other)| {
        if one.is_within(other.id()) {
            Some(one)
        } else {
            Some(other).filter(|other| other.is_within(one.id()))
        }
    });
    inner.cloned().collect()
}

/// The subtrees that are not within another one, ordered by path.
fn outermost(mut paths: Vec<HierarchyPath>) -> Vec<HierarchyPath> {
    paths.sort_by_cached_key(HierarchyPath::to_string);
    let mut outermost: Vec<HierarchyPath> = Vec::new();
    for path in paths {
        // In this order a path follows its ancestors, with nothing unrelated in between.
        if !outermost.last().is_some_and(|last| path.is_within(last.id())) {
            outermost.push(path);
        }
    }
    outermost
}
