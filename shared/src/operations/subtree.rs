//! Counts the services of a subtree, as a whole and for each child.

use std::collections::{BTreeMap, HashMap};

use super::{Group, GroupCounts, SubtreeSummary};
use crate::{
    domain::{Service, ServiceId, Summary, Timestamp},
    store::{HierarchyEntry, UnreadableRow},
};

/// The subtree of a service while its rows are counted.
pub(super) struct Subtree<'a> {
    top: &'a Service,
    now: Timestamp,
    /// The service itself under no name, and each child with all below it under its id: in the order of lists, which goes
    /// by the text of paths.
    parts: BTreeMap<String, Part>,
    /// The child that a service is in by the index, for those whose row cannot be read.
    child_by_index: HashMap<ServiceId, Option<ServiceId>>,
    unreadable: Vec<UnreadableRow>,
}

/// A child with all below it; without a child, the service itself.
struct Part {
    child: Option<ServiceId>,
    name: Option<String>,
    /// Its services by the index, each once.
    ids: Vec<ServiceId>,
    is_read: bool,
    summary: Summary,
    unreadable: Vec<ServiceId>,
}

impl<'a> Subtree<'a> {
    /// Its services by the index, of which as many statuses will be read at most.
    pub(super) fn new(
        top: &'a Service,
        entries: Vec<HierarchyEntry>,
        most: usize,
        now: Timestamp,
    ) -> Self {
        let (parts, child_by_index) = (BTreeMap::new(), HashMap::new());
        let mut subtree = Self { top, now, parts, child_by_index, unreadable: Vec::new() };
        for HierarchyEntry { id, path, name } in entries {
            let child = path.and_then(|path| path.child_of(top.id()));
            match id {
                // While a service moves, an index can have it twice.
                Ok(id) if subtree.child_by_index.contains_key(&id) => {}
                Ok(id) => {
                    subtree.child_by_index.insert(id, child);
                    let part = subtree.part(child);
                    part.ids.push(id);
                    part.name = part.name.take().or(name.filter(|_| child == Some(id)));
                }
                Err(row) => {
                    subtree.part(child).summary.add_unreadable();
                    subtree.unreadable.push(row);
                }
            }
        }
        let mut left = most;
        for part in subtree.parts.values_mut() {
            part.is_read = part.ids.len() <= left;
            if part.is_read {
                left -= part.ids.len();
                // Its row says what it is called.
                part.name = None;
            }
        }
        subtree
    }

    /// The part of a child, or of the service itself.
    fn part(&mut self, child: Option<ServiceId>) -> &mut Part {
        let key = child.map(|id| id.to_string()).unwrap_or_default();
        self.parts.entry(key).or_insert_with(|| Part::new(child))
    }

    /// The services to read.
    pub(super) fn wanted(&self) -> Vec<ServiceId> {
        let read = self.parts.values().filter(|part| part.is_read);
        read.flat_map(|part| part.ids.iter().copied()).collect()
    }

    /// Counts a row, if it still is an active service of the subtree.
    pub(super) fn add(&mut self, row: Result<Service, UnreadableRow>) {
        let (top, now) = (self.top.id(), self.now);
        match row {
            Ok(service) if service.details.active && service.details.path.is_within(top) => {
                let part = self.part(service.details.path.child_of(top));
                part.summary.add(&service, now);
                if part.child == Some(service.id()) {
                    part.name = Some(service.details.name);
                }
            }
            Ok(_) => {}
            Err(row) => {
                let id = row.service();
                let child = id.and_then(|id| self.child_by_index.get(&id).copied().flatten());
                let part = self.part(child);
                part.summary.add_unreadable();
                part.unreadable.extend(id);
                self.unreadable.push(row);
            }
        }
    }

    /// What was counted.
    pub(super) fn summary(self) -> SubtreeSummary {
        let is_complete = self.parts.values().all(|part| part.is_read);
        let total = self.parts.values().map(Part::total).sum();
        let (mut summary, mut unreadable) = (Summary::default(), Vec::new());
        for part in self.parts.values() {
            summary.add_all(&part.summary);
            unreadable.extend(&part.unreadable);
        }
        let children = self.parts.into_values().filter_map(Part::group);
        let children = children.filter(|group| group.total() > 0).collect();
        let counts = if is_complete {
            GroupCounts::Complete { summary, unreadable }
        } else {
            GroupCounts::Incomplete { total }
        };
        let name = Some(self.top.details.name.clone());
        let top = Group { id: self.top.id(), name, counts };
        SubtreeSummary { top, children, unreadable: self.unreadable }
    }
}

impl Part {
    fn new(child: Option<ServiceId>) -> Self {
        let (ids, unreadable) = (Vec::new(), Vec::new());
        Self { child, name: None, ids, is_read: true, summary: Summary::default(), unreadable }
    }

    /// All its services. Of an incomplete part, few rows are known: services that have just moved to it.
    const fn total(&self) -> u64 {
        let unread = if self.is_read { 0 } else { self.ids.len() as u64 };
        self.summary.total() + unread
    }

    /// The child's group; `None` for the service itself.
    fn group(self) -> Option<Group> {
        let total = self.total();
        let Self { child, name, is_read, summary, unreadable, .. } = self;
        let counts = if is_read {
            GroupCounts::Complete { summary, unreadable }
        } else {
            GroupCounts::Incomplete { total }
        };
        Some(Group { id: child?, name, counts })
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::{
        domain::{HierarchyPath, ServiceDetails, StatusRecord},
        store::parse_service,
    };

    fn path(path: &str) -> HierarchyPath {
        HierarchyPath::parse(path).expect("a path")
    }

    fn service(at: &str, active: bool) -> Service {
        let details = ServiceDetails {
            name: at.to_owned(),
            type_id: 1,
            path: path(at),
            town: None,
            postcode: None,
            ods_code: None,
            phone: None,
            review_after: None,
            active,
        };
        Service { details, record: StatusRecord::never_updated() }
    }

    fn entry(at: &str) -> HierarchyEntry {
        HierarchyEntry { id: Ok(path(at).id()), path: Some(path(at)), name: None }
    }

    /// The totals of service 1 and its children, by the index and the rows.
    fn totals(index: &[&str], most: usize, rows: Vec<Service>) -> Vec<(u64, u64)> {
        let top = service("/1/", true);
        let now = Timestamp::from_epoch_seconds(0).expect("a time");
        let entries = index.iter().map(|at| entry(at)).collect();
        let mut subtree = Subtree::new(&top, entries, most, now);
        rows.into_iter().for_each(|row| subtree.add(Ok(row)));
        let summary = subtree.summary();
        let groups = [summary.top].into_iter().chain(summary.children);
        groups.map(|group| (group.id.get(), group.total())).collect()
    }

    /// The index is some moments old.
    #[test]
    fn a_service_counts_where_its_row_says_that_it_is() {
        let index = ["/1/", "/1/2/", "/1/2/3/", "/1/4/"];
        let rows = |third: Service| {
            vec![service("/1/", true), service("/1/2/", true), third, service("/1/4/", true)]
        };
        for (third, expected) in [
            (service("/1/2/3/", true), [(1, 4), (2, 2), (4, 1)].as_slice()),
            (service("/1/4/3/", true), &[(1, 4), (2, 1), (4, 2)]),
            (service("/1/3/", true), &[(1, 4), (2, 1), (3, 1), (4, 1)]),
            (service("/5/3/", true), &[(1, 3), (2, 1), (4, 1)]),
            (service("/1/2/3/", false), &[(1, 3), (2, 1), (4, 1)]),
        ] {
            assert_eq!(totals(&index, 9, rows(third.clone())), expected, "{third:?}");
        }
    }

    #[test]
    fn a_service_that_the_index_has_twice_counts_once() {
        let rows = vec![service("/1/", true), service("/1/4/3/", true)];
        let index = ["/1/", "/1/2/3/", "/1/4/3/"];
        assert_eq!(totals(&index, 9, rows), [(1, 2), (4, 1)]);
        // Neither is read.
        assert_eq!(totals(&index, 1, vec![service("/1/", true)]), [(1, 2), (2, 1)]);
    }

    #[test]
    fn an_entry_without_a_service_id_or_a_path_counts_where_it_can() {
        let top = service("/1/", true);
        let row = |number: &str| {
            let key = AttributeValue::N(number.to_owned());
            parse_service(HashMap::from([("id".to_owned(), key)])).expect_err("an empty row")
        };
        let entries = vec![
            HierarchyEntry { id: Err(row("0")), path: None, name: None },
            HierarchyEntry { id: Ok(path("/7/").id()), path: None, name: None },
        ];
        let now = Timestamp::from_epoch_seconds(0).expect("a time");
        let mut subtree = Subtree::new(&top, entries, 9, now);
        subtree.add(Err(row("7")));
        let summary = subtree.summary();
        let GroupCounts::Complete { summary: counts, unreadable } = summary.top.counts else {
            unreachable!("all were read");
        };
        assert_eq!((counts.unreadable, counts.green, unreadable.len()), (2, 0, 1));
        assert_eq!(summary.unreadable, [row("0"), row("7")]);
    }
}
