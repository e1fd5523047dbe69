//! Counts the services at and below one by their status, as a whole and for each child.

use std::collections::{BTreeMap, HashMap};

use super::{ReadError, read_user_and_service};
use crate::{
    domain::{HierarchyPath, Service, ServiceId, Summary, Timestamp},
    store::{HierarchyEntry, ServicesTable, StoreFault, UnreadableRow, UsersTable},
};

/// The most services of one `BatchGetItem`.
const BATCH: usize = 100;

/// The most services whose status is read.
const MAX_READ: usize = 3 * BATCH;

/// A service with those below it, as readers see them at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubtreeSummary {
    /// The service and all below it.
    pub top: Group,
    /// Each child with all below it, in the order of lists.
    pub children: Vec<Group>,
    /// The rows that cannot be read.
    pub unreadable: Vec<UnreadableRow>,
}

/// A service with those below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The service.
    pub id: ServiceId,
    /// Its name. `None` if it was not read, cannot be read, or is inactive and only has active services below it.
    pub name: Option<String>,
    /// How many there are.
    pub counts: GroupCounts,
}

/// How many services a group has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupCounts {
    /// By status.
    Complete {
        /// The counts.
        summary: Summary,
        /// Which of them cannot be read.
        unreadable: Vec<ServiceId>,
    },
    /// There are so many that their statuses were not read.
    Incomplete {
        /// All of them, by the index.
        total: u64,
    },
}

impl Group {
    /// All its services.
    #[must_use]
    pub const fn total(&self) -> u64 {
        match &self.counts {
            GroupCounts::Complete { summary, .. } => summary.total(),
            GroupCounts::Incomplete { total } => *total,
        }
    }
}

/// The summary of a service, for the user of this subject. `None` if it has too many services below it to count them.
///
/// At most 300 services are read, strongly consistently. Children take their turns in the order of lists; one with more
/// services than are left is incomplete, and so is the whole.
///
/// # Errors
/// The user is unknown or inactive, there is no such active service, or the store failed.
pub async fn read_summary(
    users: &UsersTable,
    services: &ServicesTable,
    subject: &str,
    id: Option<ServiceId>,
    now: Timestamp,
) -> Result<Option<SubtreeSummary>, ReadError> {
    let (_, top) = read_user_and_service(users, services, subject, id).await?;
    let Some(entries) = services.hierarchy_entries(&top.details.path).await? else {
        return Ok(None);
    };
    let mut subtree = Subtree::new(&top, entries, now);
    for row in read_rows(services, &subtree.wanted()).await? {
        subtree.add(row);
    }
    Ok(Some(subtree.summary()))
}

async fn read_rows(
    services: &ServicesTable,
    ids: &[ServiceId],
) -> Result<Vec<Result<Service, UnreadableRow>>, StoreFault> {
    let batch = |number: usize| ids.chunks(BATCH).nth(number).unwrap_or_default();
    let (first, second, third) = tokio::join!(
        services.services(batch(0)),
        services.services(batch(1)),
        services.services(batch(2)),
    );
    let mut rows = first?;
    rows.extend(second?);
    rows.extend(third?);
    Ok(rows)
}

/// The subtree of a service while its rows are counted.
struct Subtree<'a> {
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
    fn new(top: &'a Service, entries: Vec<HierarchyEntry>, now: Timestamp) -> Self {
        let (parts, child_by_index) = (BTreeMap::new(), HashMap::new());
        let mut subtree = Self { top, now, parts, child_by_index, unreadable: Vec::new() };
        for HierarchyEntry { id, path } in entries {
            let child = path.and_then(|path| child(&path, top.id()));
            match id {
                // While a service moves, an index can have it twice.
                Ok(id) if subtree.child_by_index.contains_key(&id) => {}
                Ok(id) => {
                    subtree.child_by_index.insert(id, child);
                    subtree.part(child).ids.push(id);
                }
                Err(row) => {
                    subtree.part(child).summary.add_unreadable();
                    subtree.unreadable.push(row);
                }
            }
        }
        let mut left = MAX_READ;
        for part in subtree.parts.values_mut() {
            part.is_read = part.ids.len() <= left;
            left -= if part.is_read { part.ids.len() } else { 0 };
        }
        subtree
    }

    /// The part of a child, or of the service itself.
    fn part(&mut self, child: Option<ServiceId>) -> &mut Part {
        let key = child.map(|id| id.to_string()).unwrap_or_default();
        self.parts.entry(key).or_insert_with(|| Part::new(child))
    }

    /// The services to read.
    fn wanted(&self) -> Vec<ServiceId> {
        let read = self.parts.values().filter(|part| part.is_read);
        read.flat_map(|part| part.ids.iter().copied()).collect()
    }

    /// Counts a row, if it still is an active service of the subtree.
    fn add(&mut self, row: Result<Service, UnreadableRow>) {
        let (top, now) = (self.top.id(), self.now);
        match row {
            Ok(service) if service.details.active && service.details.path.is_within(top) => {
                let part = self.part(child(&service.details.path, top));
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

    fn summary(self) -> SubtreeSummary {
        let is_complete = self.parts.values().all(|part| part.is_read);
        let (mut total, mut summary) = (0, Summary::default());
        let (mut unreadable, mut children) = (Vec::new(), Vec::new());
        for part in self.parts.into_values() {
            total += part.total();
            summary.add_all(&part.summary);
            unreadable.extend(&part.unreadable);
            children.extend(part.group().filter(|group| group.total() > 0));
        }
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
        Self {
            child,
            name: None,
            ids: Vec::new(),
            is_read: true,
            summary: Summary::default(),
            unreadable: Vec::new(),
        }
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
        Some(Group { id: child?, name: name.filter(|_| is_read), counts })
    }
}

/// The child of a service that this path is at or below; `None` at the service itself, and elsewhere.
fn child(path: &HierarchyPath, top: ServiceId) -> Option<ServiceId> {
    let mut below = path.ancestors().iter().copied().chain([path.id()]);
    below.find(|id| *id == top)?;
    below.next()
}
