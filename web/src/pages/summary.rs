//! `/web/board/{id}/summary`: how many services at and below one have which status, and the same for each child.

use askama::Template;
use shared::{
    domain::{ServiceId, Summary, Timestamp},
    operations::{Group, GroupCounts, SubtreeSummary},
};

use super::Place;
use crate::{
    local_time::LocalTime,
    page::{Frame, Framed},
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "summary.html")]
pub struct SummaryPage {
    /// The frame.
    pub frame: Frame,
    /// The service, whose board has all that is counted.
    pub top: Place,
    /// The service with all below it, then each child; `None` if there are too many to count.
    pub rows: Option<Vec<SummaryRow>>,
}

/// A service with all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// Its number.
    pub id: ServiceId,
    /// What to call it.
    pub name: String,
    /// All services.
    pub total: u64,
    /// By status; `None` if there are too many.
    pub counts: Option<Summary>,
    /// When the first of AMBER and RED ends, for people.
    pub next_reset: Option<String>,
}

impl Framed for SummaryPage {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}

impl SummaryRow {
    /// The rows of a summary, as seen at `now`.
    #[must_use]
    pub fn all(summary: SubtreeSummary, now: Timestamp) -> Vec<Self> {
        let groups = [summary.top].into_iter().chain(summary.children);
        groups.map(|group| Self::new(group, now)).collect()
    }

    fn new(group: Group, now: Timestamp) -> Self {
        let (id, total) = (group.id, group.total());
        let name = group.name.unwrap_or_else(|| format!("Service {id}"));
        let counts = match group.counts {
            GroupCounts::Complete { summary, .. } => Some(summary),
            GroupCounts::Incomplete { .. } => None,
        };
        let next_reset = counts.and_then(|counts| counts.next_reset);
        let next_reset = next_reset.map(|at| LocalTime::of(at).seen_at(now));
        Self { id, name, total, counts, next_reset }
    }

    /// From when on the counts are old.
    #[must_use]
    pub fn until(&self) -> Option<i64> {
        self.counts.and_then(|counts| counts.next_reset).map(Timestamp::epoch_seconds)
    }
}
