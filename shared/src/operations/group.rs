//! What a summary of services says.

use crate::{
    domain::{ServiceId, Summary},
    store::UnreadableRow,
};

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
    /// Its name; of an incomplete child, as the index has it. `None` if it cannot be read, or is inactive and only has active
    /// services below it.
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
