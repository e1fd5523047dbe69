//! Computes the hierarchy path of each service in a file, given what the table already holds.
//!
//! Pure: `services` reads the table before and writes the result after.

use std::collections::{HashMap, HashSet};

use shared::{
    domain::{HierarchyPath, ServiceId},
    store::keys::MAX_SORT_KEY_BYTES,
};

use crate::{
    services_file::{ServiceRow, ServicesFile},
    validation::{Location, Problems, ValidationError},
};

/// The most levels whose path fits into a key: each id takes at least two bytes.
const MAX_LEVELS: usize = MAX_SORT_KEY_BYTES / 2;

/// A service's parent and path as the table holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredService {
    /// The service.
    pub id: ServiceId,
    /// Its parent.
    pub parent: Option<ServiceId>,
    /// The stored path, which may be wrong.
    pub path: String,
}

/// The paths of all services that an import concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedHierarchy {
    /// The file's rows with their paths.
    pub rows: Vec<(ServiceRow, HierarchyPath)>,
    /// New paths of services that are in the table but not in the file: an ancestor moved, in this
    /// import or in one that was interrupted.
    pub moved: Vec<HierarchyPath>,
    /// Services whose stored path contradicts the parents stored in the table: an import was interrupted.
    pub misplaced: HashSet<ServiceId>,
}

/// Computes the path of every row and of every service below a row that moved.
///
/// # Errors
///
/// Every invalid row, and every row with an unknown parent, in a cycle, or with a path that is too long for a key.
pub fn resolve(
    file: impl Into<ServicesFile>,
    stored: &[StoredService],
) -> Result<ResolvedHierarchy, ValidationError> {
    let ServicesFile { rows, ids: in_file, has_all_ids, mut problems, .. } = file.into();
    let table = Parents(stored.iter().map(|service| (service.id, service.parent)).collect());
    let mut parents = table.clone();
    // The parent of an invalid row is not known. Rows below it are checked once it is right.
    parents.0.extend(in_file.keys().map(|id| (*id, None)));
    parents.0.extend(rows.iter().map(|row| (row.id, row.parent)));
    let mut resolved = Vec::with_capacity(rows.len());
    for row in rows {
        match parents.path(row.id) {
            Ok(path) => resolved.push((row, path)),
            // It may be on a row whose id cannot be read.
            Err(HierarchyError::UnknownParent { .. }) if !has_all_ids => {}
            Err(error) => add_problem(&error, &row, &in_file, &mut problems),
        }
    }
    let others = stored.iter().filter(|service| !in_file.contains_key(&service.id));
    let moved = others.filter_map(|service| corrected_path(service, &parents)).collect();
    let misplaced = stored.iter().filter(|service| corrected_path(service, &table).is_some());
    let misplaced = misplaced.map(|service| service.id).collect();
    problems.into_result(ResolvedHierarchy { rows: resolved, moved, misplaced })
}

/// The path that a service should have; `None` if its stored path is right or its parents are not known.
fn corrected_path(service: &StoredService, parents: &Parents) -> Option<HierarchyPath> {
    let path = parents.path(service.id).ok()?;
    (path.to_string() != service.path).then_some(path)
}

/// Why a service has no path.
enum HierarchyError {
    UnknownParent { child: ServiceId, parent: ServiceId },
    Cycle(Vec<ServiceId>),
    TooDeep,
}

/// The parent of every known service.
#[derive(Clone)]
struct Parents(HashMap<ServiceId, Option<ServiceId>>);

impl Parents {
    fn path(&self, id: ServiceId) -> Result<HierarchyPath, HierarchyError> {
        let mut chain = vec![id];
        let mut child = id;
        while let Some(parent) = self.0.get(&child).copied().flatten() {
            if !self.0.contains_key(&parent) {
                return Err(HierarchyError::UnknownParent { child, parent });
            }
            if let Some(start) = chain.iter().position(|seen| *seen == parent) {
                return Err(HierarchyError::Cycle(chain.split_off(start)));
            }
            if chain.len() == MAX_LEVELS {
                return Err(HierarchyError::TooDeep);
            }
            chain.push(parent);
            child = parent;
        }
        let ancestors = chain.into_iter().skip(1).rev().collect();
        let path = HierarchyPath::new(ancestors, id);
        if path.to_string().len() > MAX_SORT_KEY_BYTES {
            Err(HierarchyError::TooDeep)
        } else {
            Ok(path)
        }
    }
}

/// Reports the error on this row, unless it is reported on another row of the file.
fn add_problem(
    error: &HierarchyError,
    row: &ServiceRow,
    in_file: &HashMap<ServiceId, Location>,
    problems: &mut Problems,
) {
    let is_other_row = |id: &ServiceId| *id != row.id && in_file.contains_key(id);
    let text = match error {
        HierarchyError::UnknownParent { child, .. } if is_other_row(child) => return,
        HierarchyError::UnknownParent { child, parent } if *child == row.id => {
            format!("service {parent} is neither in the table nor in the file")
        }
        HierarchyError::UnknownParent { child, parent } => {
            format!("ancestor {child} has an unknown parent {parent}")
        }
        HierarchyError::Cycle(members) if members.contains(&row.id) => {
            format!("service {} is its own ancestor: {}", row.id, cycle_text(members))
        }
        HierarchyError::Cycle(members) if members.iter().any(is_other_row) => return,
        HierarchyError::Cycle(members) => {
            format!("its ancestors form a cycle: {}", cycle_text(members))
        }
        HierarchyError::TooDeep => {
            format!("service {} has too many ancestors", row.id)
        }
    };
    problems.add(row.location, format!("parentId: {text}"));
}

/// `1 below 2 below 1`.
fn cycle_text(members: &[ServiceId]) -> String {
    let all: Vec<String> =
        members.iter().chain(members.first()).map(ServiceId::to_string).collect();
    all.join(" below ")
}
