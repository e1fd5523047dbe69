//! The changes that an import makes to the services table, found by comparing it with the file.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use shared::{
    domain::{HierarchyPath, ServiceId},
    store::{ItemUpdate, keys::services as keys},
};

use super::{DirectoryChange, ImportSummary, activity::ActivityChange, stored_service};
use crate::{
    difference::Difference,
    file_rows::OptionalColumn,
    hierarchy::ResolvedHierarchy,
    scan::{Item, text},
    services_file::ServiceRow,
    update::Update,
};

/// The changes that an import makes to the table.
#[derive(Debug)]
pub struct ImportPlan {
    /// The services to write, in the order of writing.
    pub changes: Vec<ServiceChange>,
    /// How many services of the file already match the table.
    pub unchanged: usize,
    /// Active services that are not in the file.
    pub missing: Vec<MissingService>,
    /// How many services are active.
    pub active: usize,
}

/// A service to write.
#[derive(Debug)]
pub struct ServiceChange {
    /// The service and its new ancestors.
    pub path: HierarchyPath,
    /// What happens to it.
    pub kind: ChangeKind,
    /// Whether an interrupted import left it below its old ancestors.
    pub misplaced: bool,
    /// The attributes that change.
    pub differences: Vec<Difference>,
    pub(super) update: Update,
    /// Whether it is active, if that changes and it is not new.
    pub(super) activity: Option<ActivityChange>,
    pub(super) directory: DirectoryChange,
}

/// What an import does to a service or a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It moves in the hierarchy.
    Moved,
    /// It stays in place and other attributes change.
    Changed,
    /// It is not in the file and is deactivated.
    Deactivated,
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Moved => "moved",
            Self::Changed => "changed",
            Self::Deactivated => "deactivated",
        })
    }
}

/// An active service that is in the table but not in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingService {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
}

/// What the table holds, and which of it the file covers.
struct TableState<'a> {
    items: &'a HashMap<ServiceId, Item>,
    in_file: HashSet<ServiceId>,
    misplaced: HashSet<ServiceId>,
}

impl ImportPlan {
    /// Compares the file with the items of the table.
    pub(super) fn new(
        file: ResolvedHierarchy,
        items: &HashMap<ServiceId, Item>,
        deactivate_missing: bool,
    ) -> Self {
        let ResolvedHierarchy { rows, moved, misplaced } = file;
        let in_file = rows.iter().map(|(row, _)| row.id).collect();
        let table = TableState { items, in_file, misplaced };
        let row_count = rows.len();
        let updates = rows.into_iter().map(|(row, path)| (row_update(row, &path), path));
        let mut changes: Vec<ServiceChange> =
            updates.filter_map(|(update, path)| table.change(path, update)).collect();
        let unchanged = row_count - changes.len();
        let missing = table.missing();
        let deactivates = |id| deactivate_missing && missing.contains_key(&id);
        let mut paths: HashMap<ServiceId, HierarchyPath> =
            moved.into_iter().map(|path| (path.id(), path)).collect();
        for (id, item) in items.iter().filter(|(id, _)| !table.in_file.contains(id)) {
            let path =
                paths.remove(id).or_else(|| HierarchyPath::parse(&stored_service(*id, item).path));
            let update = path.map(|path| (unlisted_update(&path, deactivates(*id)), path));
            changes.extend(update.and_then(|(update, path)| table.change(path, update)));
        }
        let active = items.values().filter(|item| is_active(item)).count();
        let missing = missing.into_values().collect();
        Self { changes: in_write_order(changes), unchanged, missing, active }
    }

    /// How many services change in each way.
    #[must_use]
    pub fn summary(&self) -> ImportSummary {
        let count = |kind| self.changes.iter().filter(|change| change.kind == kind).count();
        ImportSummary {
            added: count(ChangeKind::Added),
            moved: count(ChangeKind::Moved),
            changed: count(ChangeKind::Changed),
            deactivated: count(ChangeKind::Deactivated),
            finished: self.changes.iter().filter(|change| change.misplaced).count(),
            unchanged: self.unchanged,
        }
    }
}

impl TableState<'_> {
    /// The change that the update makes; `None` if it makes none.
    fn change(&self, path: HierarchyPath, mut update: Update) -> Option<ServiceChange> {
        let (id, stored) = (path.id(), self.items.get(&path.id()));
        let differences = update.differences(stored);
        let differs = |name: &str| differences.iter().any(|change| change.attribute == name);
        let kind = match stored {
            None => ChangeKind::Added,
            Some(_) if !self.in_file.contains(&id) && differs(keys::ACTIVE) => {
                ChangeKind::Deactivated
            }
            Some(_) if differs(keys::PATH) => ChangeKind::Moved,
            Some(_) => ChangeKind::Changed,
        };
        // Write only what differs: someone else may be changing the other attributes.
        update.retain(differs);
        let activity = stored.filter(|_| differs(keys::ACTIVE)).map(|item| ActivityChange {
            before: item.get(keys::ACTIVE).cloned(),
            after: update.assigned(keys::ACTIVE).cloned(),
        });
        let misplaced = self.misplaced.contains(&id);
        let directory = DirectoryChange::of(id, stored).to(path.root());
        (!differences.is_empty()).then_some(ServiceChange {
            path,
            kind,
            misplaced,
            differences,
            update,
            activity,
            directory,
        })
    }

    /// Active services that are not in the file.
    fn missing(&self) -> BTreeMap<ServiceId, MissingService> {
        let others = self.items.iter().filter(|(id, _)| !self.in_file.contains(id));
        let missing = others.filter(|(_, item)| is_active(item)).map(|(id, item)| {
            let name = text(item, keys::NAME).unwrap_or_default();
            (*id, MissingService { id: id.get(), name })
        });
        missing.collect()
    }
}

fn is_active(item: &Item) -> bool {
    item.get(keys::ACTIVE) == Some(&AttributeValue::Bool(true))
}

/// Misplaced services and their ancestors first, then the rest. In each group parents come before
/// children: a reader who finds a service below its parent finds the parent in place.
fn in_write_order(mut changes: Vec<ServiceChange>) -> Vec<ServiceChange> {
    let mut first = HashSet::new();
    for change in changes.iter().filter(|change| change.misplaced) {
        first.insert(change.path.id());
        first.extend(change.path.ancestors().iter().copied());
    }
    changes.sort_by_cached_key(|change| {
        let id = change.path.id();
        (!first.contains(&id), change.path.ancestors().len(), id)
    });
    changes
}

fn row_update(row: ServiceRow, path: &HierarchyPath) -> Update {
    let mut attributes = path_attributes(path)
        .set(keys::NAME, AttributeValue::S(row.name))
        .set(keys::TYPE_ID, AttributeValue::N(row.type_id.to_string()))
        .set(keys::ACTIVE, AttributeValue::Bool(row.active))
        .set(keys::PARENT_ID, row.parent.map(|id| AttributeValue::N(id.to_string())))
        .set(keys::TOWN, row.town.map(AttributeValue::S))
        .set(keys::POSTCODE, row.postcode.map(AttributeValue::S))
        .set(keys::ODS_CODE, row.ods_code.map(AttributeValue::S));
    if let OptionalColumn::Present(phone) = row.phone {
        attributes = attributes.set(keys::PHONE, phone.map(AttributeValue::S));
    }
    if let OptionalColumn::Present(interval) = row.review_after {
        let minutes = interval.map(|minutes| AttributeValue::N(minutes.to_string()));
        attributes = attributes.set(keys::REVIEW_AFTER_MINUTES, minutes);
    }
    update(path, attributes)
}

/// The update of a service that is not in the file. It applies only while the service has the parent
/// that the path was computed from.
fn unlisted_update(path: &HierarchyPath, deactivate: bool) -> Update {
    let parent = path.parent().map(|id| AttributeValue::N(id.to_string()));
    let mut attributes =
        path_attributes(path).only_if_exists(keys::ID).only_if(keys::PARENT_ID, parent);
    if deactivate {
        attributes = attributes.set(keys::ACTIVE, AttributeValue::Bool(false));
    }
    update(path, attributes)
}

fn update(path: &HierarchyPath, attributes: ItemUpdate) -> Update {
    Update::new(keys::ID, AttributeValue::N(path.id().to_string()), attributes)
}

fn path_attributes(path: &HierarchyPath) -> ItemUpdate {
    ItemUpdate::default()
        .set(keys::REGION, AttributeValue::N(path.root().to_string()))
        .set(keys::PATH, AttributeValue::S(path.to_string()))
}
