//! Filters as a client writes them, and the services that match, found by checking each one.

use fastrand::Rng;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::generated_directory::Directory;
use crate::harness::time;

/// Every combination of filters, a bit for each.
pub(super) fn all_combinations() -> Vec<u32> {
    (0..1 << 9).collect()
}

/// A quarter of them. Any four filters come in each combination of theirs, because both parity checks, and their sum, have more
/// than four bits.
pub(super) fn some_combinations() -> Vec<u32> {
    let checks = [0b0_1000_1111, 0b1_0011_1100];
    let is_even = |bits: u32| bits.count_ones().is_multiple_of(2);
    let all = all_combinations().into_iter();
    all.filter(|bits| checks.into_iter().all(|check| is_even(bits & check))).collect()
}

/// The filters of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    region: Option<u64>,
    parent: Option<u64>,
    type_id: Option<u64>,
    name: Option<String>,
    statuses: Vec<&'static str>,
    changed_since: Option<i64>,
    editable: bool,
    overdue: bool,
    reset_before: Option<i64>,
    /// The caller.
    pub(super) caller: &'static str,
}

impl Filters {
    /// A random filter: each part is present with that likelihood in per cent.
    pub(super) fn draw(rng: &mut Rng, directory: &Directory, likely: u32, now: i64) -> Self {
        let ids: Vec<u64> = directory.rows.keys().copied().collect();
        let any = |rng: &mut Rng| *rng.choice(ids.iter()).expect("a service");
        let ancestry = |rng: &mut Rng| directory.ancestry(any(rng));
        let given = |rng: &mut Rng| rng.u32(..100) < likely;
        Self {
            region: given(rng).then(|| ancestry(rng).last().copied()).flatten(),
            parent: given(rng).then(|| ancestry(rng)).and_then(|above| rng.choice(above)),
            type_id: given(rng).then(|| rng.u64(0..=20)),
            name: given(rng).then(|| rng.choice(PARTS).expect("one").to_owned()),
            statuses: if given(rng) {
                rng.choice(STATUSES).expect("one").to_vec()
            } else {
                Vec::new()
            },
            changed_since: given(rng).then(|| now - rng.i64(0..4 * 60 * 60)),
            editable: given(rng),
            overdue: given(rng),
            reset_before: given(rng).then(|| now + rng.i64(-600..4 * 60 * 60)),
            caller: rng.choice(["editor", "editor", "editor", "reader", "nobody"]).expect("one"),
        }
    }

    /// These combinations of filters, each once.
    pub(super) fn combinations(
        rng: &mut Rng,
        directory: &Directory,
        now: i64,
        chosen: &[u32],
    ) -> Vec<Self> {
        let combinations = chosen.iter().map(|bits| {
            let has = |bit: u32| bits >> bit & 1 == 1;
            let filters = Self::draw(rng, directory, 100, now);
            let caller = rng.choice(["editor", "lead", "thousand"]).expect("one");
            Self {
                region: filters.region.filter(|_| has(0)),
                parent: filters.parent.filter(|_| has(1)),
                type_id: filters.type_id.filter(|_| has(2)),
                name: filters.name.filter(|_| has(3)),
                changed_since: filters.changed_since.filter(|_| has(4)),
                editable: has(5),
                statuses: if has(6) { filters.statuses } else { Vec::new() },
                overdue: has(7),
                reset_before: filters.reset_before.filter(|_| has(8)),
                caller,
            }
        });
        combinations.collect()
    }

    /// Every filter once, alone.
    pub(super) fn each(rng: &mut Rng, directory: &Directory, now: i64) -> Vec<Self> {
        let all = Self { caller: "editor", ..Self::draw(rng, directory, 100, now) };
        let none = Self { caller: "editor", ..Self::default() };
        vec![
            Self { region: all.region, ..none.clone() },
            Self { parent: all.parent, ..none.clone() },
            Self { type_id: all.type_id, ..none.clone() },
            Self { name: all.name, ..none.clone() },
            Self { statuses: vec!["GREEN"], ..none.clone() },
            Self { statuses: vec!["RED", "AMBER"], ..none.clone() },
            Self { changed_since: all.changed_since, ..none.clone() },
            Self { editable: true, ..none.clone() },
            Self { editable: true, caller: "reader", ..none.clone() },
            Self { overdue: true, ..none.clone() },
            Self { reset_before: all.reset_before, ..none.clone() },
            none,
        ]
    }

    pub(super) fn query(&self) -> String {
        let number = |name: &str, value: Option<u64>| value.map(|value| format!("{name}={value}"));
        let name = self.name.as_ref().map(|name| {
            let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
            format!("name={encoded}")
        });
        let given = [
            number("region", self.region),
            number("parentId", self.parent),
            number("typeId", self.type_id),
            name,
            (!self.statuses.is_empty()).then(|| format!("status={}", self.statuses.join(","))),
            self.changed_since.map(|since| format!("changedSince={}", time(since))),
            self.editable.then(|| "editable=true".to_owned()),
            self.overdue.then(|| "overdue=true".to_owned()),
            self.reset_before.map(|by| format!("resetBefore={}", time(by))),
        ];
        given.into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    /// The services that a list with these filters must have.
    pub(super) fn matching(&self, directory: &Directory, now: i64) -> Vec<u64> {
        let ids = directory.rows.keys().copied();
        ids.filter(|id| self.is_met_by(*id, directory, now)).collect()
    }

    fn is_met_by(&self, id: u64, directory: &Directory, now: i64) -> bool {
        let row = &directory.rows[&id];
        let ancestry = directory.ancestry(id);
        let (status, set) = directory.shown(id, now);
        row.active
            && self.region.is_none_or(|region| ancestry.last() == Some(&region))
            && self.parent.is_none_or(|parent| ancestry.contains(&parent))
            && self.type_id.is_none_or(|type_id| type_id == row.type_id)
            && self.name.as_ref().is_none_or(|name| contains(&row.name, name))
            && (self.statuses.is_empty() || self.statuses.contains(&status))
            && self.changed_since.is_none_or(|since| set.is_some_and(|set| set >= since))
            && (!self.editable || self.edits(directory, &ancestry))
            && (!self.overdue || is_overdue(id, directory, now))
            && (self.reset_before.is_none() || (status != "GREEN" && self.ends(id, directory)))
    }

    /// Whether the last update's deadline, past or not, is within the filter.
    fn ends(&self, id: u64, directory: &Directory) -> bool {
        let deadline = directory.updates.get(&id).and_then(|update| update.deadline);
        self.reset_before.is_none_or(|by| deadline.is_some_and(|deadline| deadline <= by))
    }

    fn edits(&self, directory: &Directory, ancestry: &[u64]) -> bool {
        let assigned = &directory.assigned[self.caller];
        self.caller != "reader" && ancestry.iter().any(|id| assigned.contains(id))
    }

    /// How many services the index names for these filters; `None` if no index is used. Rights take
    /// precedence over a parent, a parent over AMBER and RED, and those over a region.
    pub(super) fn bound(&self, directory: &Directory, now: i64) -> Option<u32> {
        // Both indexes have the review interval.
        let count = |passes: &dyn Fn(u64) -> bool| {
            let rows = directory.rows.iter();
            let reviewed = rows.filter(|(_, row)| !self.overdue || row.review_after.is_some());
            let passing = reviewed.filter(|(id, _)| passes(**id)).count();
            u32::try_from(passing).expect("a number")
        };
        let within = |id: u64, above: Option<u64>| {
            above.is_none_or(|above| directory.ancestry(id).contains(&above))
        };
        let (region, parent) = (self.region, self.parent);
        let limited = self.reset_before.is_some()
            || (!self.statuses.is_empty() && !self.statuses.contains(&"GREEN"));
        if self.editable {
            let bound = parent.or(region);
            let editable = |id| within(id, bound) && self.edits(directory, &directory.ancestry(id));
            // Each assignment is read once, to find its subtree.
            let assigned = u32::try_from(directory.assigned[self.caller].len());
            Some(count(&editable) + assigned.expect("a number"))
        } else if parent.is_some() {
            Some(count(&|id| within(id, parent)))
        } else if limited {
            Some(count(&|id| directory.shown(id, now).0 != "GREEN" && self.ends(id, directory)))
        } else {
            region.map(|_| count(&|id| within(id, region)))
        }
    }
}

/// Whether a service has reviews, and was never set, was reset, or was set longer ago than that.
fn is_overdue(id: u64, directory: &Directory, now: i64) -> bool {
    let last = directory.updates.get(&id);
    directory.rows[&id].review_after.is_some_and(|minutes| {
        last.is_none_or(|last| {
            last.deadline.is_some_and(|deadline| now >= deadline)
                || now >= last.at + 60 * i64::from(minutes)
        })
    })
}

/// Parts of names, written in another way than in the names.
const PARTS: [&str; 9] =
    ["pharm", "école", "STRASSE", "Ångström", "street 3", "100%", "οδος", "st mary's", "nowhere"];

const STATUSES: [&[&str]; 6] = [
    &["RED"],
    &["AMBER"],
    &["GREEN"],
    &["RED", "AMBER"],
    &["AMBER", "GREEN"],
    &["RED", "AMBER", "GREEN"],
];

/// Whether a name contains that part, in whichever way the two are written.
fn contains(name: &str, part: &str) -> bool {
    plain(name).contains(&plain(part))
}

/// A text in small letters, with the spellings that the directory's words and the parts have made the same.
fn plain(text: &str) -> String {
    let text: String = text.chars().flat_map(char::to_lowercase).collect();
    let spellings = [("e\u{301}", "é"), ("ß", "ss"), ("ς", "σ"), ("’", "'"), ("\u{a0}", " ")];
    spellings.into_iter().fold(text, |text, (written, plain)| text.replace(written, plain))
}

#[test]
fn any_four_filters_come_in_each_combination() {
    let chosen = some_combinations();
    assert_eq!(chosen.len(), 128);
    for four in all_combinations().into_iter().filter(|bits| bits.count_ones() == 4) {
        let mut met: Vec<_> = chosen.iter().map(|bits| bits & four).collect();
        met.sort_unstable();
        met.dedup();
        assert_eq!(met.len(), 16, "{four:b}");
    }
}
