//! The recorded instructions and sizes, to notice a rise.

use std::{collections::BTreeMap, error::Error, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{figures::Figures, tables::root};

/// The most that a figure may rise, in percent.
const MAX_RISE_PERCENT: u64 = 3;

/// The figures of a function that do not depend on the load of the machine.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordedFigures {
    first_instructions: u64,
    warm_instructions: u64,
    binary_bytes: u64,
    archive_bytes: u64,
}

impl RecordedFigures {
    fn new(figures: &Figures) -> Option<Self> {
        let (instructions, sizes) = (figures.instructions?, figures.sizes?);
        Some(Self {
            first_instructions: instructions.first,
            warm_instructions: instructions.warm,
            binary_bytes: sizes.binary,
            archive_bytes: sizes.archive,
        })
    }

    const fn by_name(self) -> [(&'static str, u64); 4] {
        [
            ("instructions of the first invocation", self.first_instructions),
            ("instructions of a warm invocation", self.warm_instructions),
            ("bytes of the binary", self.binary_bytes),
            ("bytes of the archive", self.archive_bytes),
        ]
    }
}

/// The file of recorded figures.
pub(crate) fn file() -> PathBuf {
    root().join("tools/bench-lambda/recorded.json")
}

/// The contents of the file for these figures.
pub(crate) fn to_json(all: &[(&'static str, Figures)]) -> Result<String, Box<dyn Error>> {
    Ok(serde_json::to_string_pretty(&to_record(all)?)? + "\n")
}

/// A line for each figure that rose too much, and for each function without recorded figures.
pub(crate) fn regressions(
    recorded: &str,
    all: &[(&'static str, Figures)],
) -> Result<Vec<String>, Box<dyn Error>> {
    let recorded: BTreeMap<String, RecordedFigures> = serde_json::from_str(recorded)?;
    let mut regressions = Vec::new();
    for (name, now) in to_record(all)? {
        let Some(before) = recorded.get(name) else {
            regressions.push(format!("{name} has no recorded figures"));
            continue;
        };
        for ((what, before), (_, now)) in before.by_name().into_iter().zip(now.by_name()) {
            if now * 100 > before * (100 + MAX_RISE_PERCENT) {
                regressions.push(format!("{name}: {what} rose from {before} to {now}"));
            }
        }
    }
    Ok(regressions)
}

fn to_record(
    all: &[(&'static str, Figures)],
) -> Result<BTreeMap<&'static str, RecordedFigures>, String> {
    let one = |(name, figures): &(&'static str, Figures)| {
        let figures = RecordedFigures::new(figures).ok_or("measure both instructions and sizes")?;
        Ok((*name, figures))
    };
    all.iter().map(one).collect()
}
