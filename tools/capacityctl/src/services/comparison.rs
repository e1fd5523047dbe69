//! What an import has to do to a table, found by comparing the two.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use shared::{
    domain::{Lineage, ServiceId},
    store::keys::services as keys,
};

use super::{Written, place_of};
use crate::{
    difference::Difference,
    directory::Row,
    hierarchy::Plan,
    scan::{Item, text},
    update::Update,
};

/// What an import has to do to a table.
#[derive(Debug)]
pub struct Comparison {
    /// The services to write, in the order of writing.
    pub steps: Vec<Step>,
    /// How many services of the file are in the table already as the file has them.
    pub unchanged: usize,
    /// Services in use that the file does not have.
    pub missing: Vec<Missing>,
    /// How many services are in use.
    pub in_use: usize,
}

/// A service to write.
#[derive(Debug)]
pub struct Step {
    /// Which service, and where it stands from now on.
    pub lineage: Lineage,
    /// What is done to it.
    pub what: What,
    /// Whether an interrupted import left it below its old ancestors.
    pub unfinished: bool,
    /// What changes.
    pub differences: Vec<Difference>,
    pub(super) update: Update,
}

/// What an import does to a service, or to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It is new.
    Added,
    /// It stands elsewhere in the hierarchy.
    Moved,
    /// It is where it was, with other particulars.
    Changed,
    /// It is not in the file.
    Deactivated,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Moved => "moved",
            Self::Changed => "changed",
            Self::Deactivated => "deactivated",
        })
    }
}

/// A service in use that is in the table and not in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Which service.
    pub id: u64,
    /// What people call it.
    pub name: String,
}

/// The table's side of a comparison, and what the file says of it as a whole.
struct Compared<'a> {
    items: &'a HashMap<ServiceId, Item>,
    in_file: HashSet<ServiceId>,
    unfinished: HashSet<ServiceId>,
}

impl Comparison {
    /// Compares a file's plan with the rows of the table.
    pub(super) fn new(
        plan: Plan,
        items: &HashMap<ServiceId, Item>,
        deactivate_missing: bool,
    ) -> Self {
        let Plan { rows, moved, unfinished } = plan;
        let in_file = rows.iter().map(|(row, _)| row.id).collect();
        let compared = Compared { items, in_file, unfinished };
        let given = rows.len();
        let of_file = rows.into_iter().map(|(row, lineage)| (entry(row, &lineage), lineage));
        let mut steps: Vec<Step> =
            of_file.filter_map(|(update, lineage)| compared.step(lineage, update)).collect();
        let unchanged = given - steps.len();
        let missing = compared.missing();
        let gone = |id| deactivate_missing && missing.contains_key(&id);
        let moved = moved.into_iter().map(|moved| (moved.lineage.own(), moved.lineage));
        let mut places: HashMap<ServiceId, Lineage> = moved.collect();
        for (id, item) in items.iter().filter(|(id, _)| !compared.in_file.contains(id)) {
            let place = places.remove(id).or_else(|| Lineage::parse(&place_of(*id, item).path));
            let step = place.map(|place| (left_out(&place, gone(*id)), place));
            steps.extend(step.and_then(|(update, place)| compared.step(place, update)));
        }
        let in_use = items.values().filter(|item| is_in_use(item)).count();
        let missing = missing.into_values().collect();
        Self { steps: ordered(steps), unchanged, missing, in_use }
    }

    /// How many services are written in each way.
    #[must_use]
    pub fn counts(&self) -> Written {
        let count = |what| self.steps.iter().filter(|step| step.what == what).count();
        Written {
            added: count(What::Added),
            moved: count(What::Moved),
            changed: count(What::Changed),
            deactivated: count(What::Deactivated),
            finished: self.steps.iter().filter(|step| step.unfinished).count(),
            unchanged: self.unchanged,
        }
    }
}

impl Compared<'_> {
    /// What there is to do about a service, if anything.
    fn step(&self, lineage: Lineage, mut update: Update) -> Option<Step> {
        let (id, stored) = (lineage.own(), self.items.get(&lineage.own()));
        let differences = update.differences(stored);
        let differs = |name: &str| differences.iter().any(|change| change.attribute == name);
        let what = match stored {
            None => What::Added,
            Some(_) if !self.in_file.contains(&id) && differs(keys::ACTIVE) => What::Deactivated,
            Some(_) if differs(keys::PATH) => What::Moved,
            Some(_) => What::Changed,
        };
        // What the file and the table agree on may be changed by someone else meanwhile.
        update.keep(differs);
        let unfinished = self.unfinished.contains(&id);
        (!differences.is_empty()).then_some(Step { lineage, what, unfinished, differences, update })
    }

    /// The services in use that the file does not have.
    fn missing(&self) -> BTreeMap<ServiceId, Missing> {
        let others = self.items.iter().filter(|(id, _)| !self.in_file.contains(id));
        let missing = others.filter(|(_, item)| is_in_use(item)).map(|(id, item)| {
            let name = text(item, keys::NAME).unwrap_or_default();
            (*id, Missing { id: id.get(), name })
        });
        missing.collect()
    }
}

fn is_in_use(item: &Item) -> bool {
    item.get(keys::ACTIVE) == Some(&AttributeValue::Bool(true))
}

/// What an interrupted import left undone comes first, with the services above it; then the rest.
/// Each level comes after those above it: whoever finds a service below another finds that one in
/// place.
fn ordered(mut steps: Vec<Step>) -> Vec<Step> {
    let mut first = HashSet::new();
    for step in steps.iter().filter(|step| step.unfinished) {
        first.insert(step.lineage.own());
        first.extend(step.lineage.ancestors().iter().copied());
    }
    let rank = |step: &Step| (!first.contains(&step.lineage.own()), step.lineage.ancestors().len());
    steps.sort_by_cached_key(|step| (rank(step), step.lineage.own()));
    steps
}

fn entry(row: Row, lineage: &Lineage) -> Update {
    place(lineage)
        .set(keys::NAME, AttributeValue::S(row.name))
        .set(keys::TYPE_ID, AttributeValue::N(row.type_id.to_string()))
        .set(keys::ACTIVE, AttributeValue::Bool(row.active))
        .set_or_remove(keys::PARENT_ID, row.parent.map(|id| AttributeValue::N(id.to_string())))
        .set_or_remove(keys::TOWN, row.town.map(AttributeValue::S))
        .set_or_remove(keys::POSTCODE, row.postcode.map(AttributeValue::S))
        .set_or_remove(keys::ODS_CODE, row.ods_code.map(AttributeValue::S))
}

/// Of a service that is not in the file, only if its parent is still the one that its place was
/// computed from.
fn left_out(lineage: &Lineage, deactivate: bool) -> Update {
    let parent = lineage.parent().map(|id| AttributeValue::N(id.to_string()));
    let update = place(lineage).only_if(keys::ID).only_if_equal(keys::PARENT_ID, parent);
    if deactivate { update.set(keys::ACTIVE, AttributeValue::Bool(false)) } else { update }
}

fn place(lineage: &Lineage) -> Update {
    Update::of(keys::ID, AttributeValue::N(lineage.own().to_string()))
        .set(keys::REGION, AttributeValue::N(lineage.root().to_string()))
        .set(keys::PATH, AttributeValue::S(lineage.to_string()))
}
