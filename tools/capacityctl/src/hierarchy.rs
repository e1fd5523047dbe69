//! Where each service of a file stands in the hierarchy, given what the table already holds.
//!
//! Pure: `services` reads the table before and writes the plan after.

use std::collections::{HashMap, HashSet};

use shared::{
    domain::{Lineage, ServiceId},
    store::keys::MAX_SORT_KEY_BYTES,
};

use crate::{
    directory::Row,
    refusal::{Problems, Refusal},
};

/// No path of that many services fits: each takes two bytes or more.
const LEVELS_MAX: usize = MAX_SORT_KEY_BYTES / 2;

/// The place of a service in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which service.
    pub id: ServiceId,
    /// The service above it.
    pub parent: Option<ServiceId>,
    /// The path as it is stored, right or not.
    pub path: String,
}

/// A service of the table that is not in the file, and whose path is no longer right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where it stands from now on.
    pub lineage: Lineage,
}

/// What an import has to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The file's rows with their places.
    pub rows: Vec<(Row, Lineage)>,
    /// Services that a row of this or of an interrupted import moved along.
    pub moved: Vec<Moved>,
    /// Services that an interrupted import left where they were: their path is not that of their
    /// parents, by what the table itself says.
    pub unfinished: HashSet<ServiceId>,
}

/// Places every row of a file.
///
/// # Errors
///
/// Every row with an unknown parent, in a cycle, or too deep for the path to be a key.
pub fn plan(rows: Vec<Row>, stored: &[Stored]) -> Result<Plan, Refusal> {
    let in_file: HashSet<ServiceId> = rows.iter().map(|row| row.id).collect();
    let table = Parents(stored.iter().map(|service| (service.id, service.parent)).collect());
    let mut parents = table.clone();
    parents.0.extend(rows.iter().map(|row| (row.id, row.parent)));
    let mut problems = Problems::default();
    let mut placed = Vec::with_capacity(rows.len());
    for row in rows {
        match parents.lineage(row.id) {
            Ok(lineage) => placed.push((row, lineage)),
            Err(flaw) => note(&flaw, &row, &in_file, &mut problems),
        }
    }
    let others = stored.iter().filter(|service| !in_file.contains(&service.id));
    let moved = others.filter_map(|service| astray(service, &parents)).collect();
    let unfinished = stored.iter().filter(|service| astray(service, &table).is_some());
    let unfinished = unfinished.map(|service| service.id).collect();
    problems.none_or_refuse(Plan { rows: placed, moved, unfinished })
}

/// Where a service belongs that stands elsewhere.
fn astray(service: &Stored, parents: &Parents) -> Option<Moved> {
    let lineage = parents.lineage(service.id).ok()?;
    (lineage.to_string() != service.path).then_some(Moved { lineage })
}

/// Why a service has no place.
enum Flaw {
    UnknownParent { child: ServiceId, parent: ServiceId },
    Cycle(Vec<ServiceId>),
    TooDeep,
}

/// Every known service's parent.
#[derive(Clone)]
struct Parents(HashMap<ServiceId, Option<ServiceId>>);

impl Parents {
    fn lineage(&self, id: ServiceId) -> Result<Lineage, Flaw> {
        let mut chain = vec![id];
        let mut child = id;
        while let Some(parent) = self.0.get(&child).copied().flatten() {
            if !self.0.contains_key(&parent) {
                return Err(Flaw::UnknownParent { child, parent });
            }
            if let Some(start) = chain.iter().position(|seen| *seen == parent) {
                return Err(Flaw::Cycle(chain.split_off(start)));
            }
            if chain.len() == LEVELS_MAX {
                return Err(Flaw::TooDeep);
            }
            chain.push(parent);
            child = parent;
        }
        let ancestors = chain.into_iter().skip(1).rev().collect();
        let lineage = Lineage::new(ancestors, id);
        if lineage.to_string().len() > MAX_SORT_KEY_BYTES {
            Err(Flaw::TooDeep)
        } else {
            Ok(lineage)
        }
    }
}

/// Notes the flaw on the row, unless it is another row's and noted there.
fn note(flaw: &Flaw, row: &Row, in_file: &HashSet<ServiceId>, problems: &mut Problems) {
    let noted_elsewhere = |id: &ServiceId| *id != row.id && in_file.contains(id);
    let text = match flaw {
        Flaw::UnknownParent { child, .. } if noted_elsewhere(child) => return,
        Flaw::UnknownParent { child, parent } if *child == row.id => {
            format!("parent {parent} is neither in the file nor in the table")
        }
        Flaw::UnknownParent { child, parent } => {
            format!("its ancestor {child} has an unknown parent {parent}")
        }
        Flaw::Cycle(members) if members.contains(&row.id) => {
            format!("service {} is its own ancestor: {}", row.id, circle(members))
        }
        Flaw::Cycle(members) if members.iter().any(noted_elsewhere) => return,
        Flaw::Cycle(members) => format!("its ancestors are a cycle: {}", circle(members)),
        Flaw::TooDeep => format!("too many services above {}, or a cycle of as many", row.id),
    };
    problems.note(row.place, text);
}

/// `1 below 2 below 1`.
fn circle(members: &[ServiceId]) -> String {
    let all: Vec<String> =
        members.iter().chain(members.first()).map(ServiceId::to_string).collect();
    all.join(" below ")
}
