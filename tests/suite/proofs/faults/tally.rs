//! Counts of what happened.

use std::collections::BTreeMap;

use super::ledger::Told;
use crate::harness::faulty::Counts;

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) counted: BTreeMap<&'static str, u64>,
    pub(crate) faults: Counts,
}

impl Tally {
    pub(super) fn count(&mut self, name: &'static str) {
        *self.counted.entry(name).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        for (name, count) in other.counted {
            *self.counted.entry(name).or_default() += count;
        }
        for (name, count) in other.faults {
            *self.faults.entry(name).or_default() += count;
        }
    }

    pub(super) fn heard(&mut self, told: Told) {
        self.count("sendings of updates");
        self.count(match told {
            Told::Stored { replayed: false, .. } => "answered 200",
            Told::Stored { replayed: true, .. } => "answered 200, replayed",
            Told::Refused(403) => "answered 403",
            Told::Refused(409) => "answered 409",
            Told::Refused(412) => "answered 412",
            Told::Refused(_) => "answered by another refusal",
            Told::NoDeadline => "answered 409 without a deadline",
            Told::Unknown(_) => "answered 503",
        });
    }
}
