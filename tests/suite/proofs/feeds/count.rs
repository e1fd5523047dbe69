//! What happened in all worlds.

use std::collections::BTreeMap;

use super::Figures;

/// What happened in all worlds.
#[derive(Debug, Default)]
pub(super) struct Count(BTreeMap<&'static str, u64>);

impl Count {
    pub(super) fn add(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(super) fn figures(&self) -> Figures {
        let all = [
            "worlds",
            "updates acknowledged",
            "updates with an unknown outcome",
            "deadlines moved",
            "services renamed, closed or opened by an import",
            "moves to another region",
            "imports after a large one that was killed",
            "imports that failed or were killed",
            "services closed or opened by a command",
            "notes redacted",
            "polls",
            "polls that failed",
            "polls whose answer was lost",
            "answers that came twice",
            "copies compared with a list",
        ];
        all.map(|what| (what, self.0.get(what).copied().unwrap_or(0))).to_vec()
    }
}
