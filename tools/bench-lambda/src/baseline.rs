//! What instructions and sizes were when they were last looked at: a rise is noticed.

use std::{collections::BTreeMap, error::Error, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{figures::Figures, tables::root};

/// How much a figure may rise, in percent.
const MOST_PERCENT: u64 = 3;

/// The figures of a function that do not depend on how busy the machine is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    first_instructions: u64,
    warm_instructions: u64,
    binary_bytes: u64,
    archive_bytes: u64,
}

impl Kept {
    fn of(figures: &Figures) -> Option<Self> {
        let (instructions, sizes) = (figures.instructions?, figures.sizes?);
        Some(Self {
            first_instructions: instructions.first,
            warm_instructions: instructions.warm,
            binary_bytes: sizes.binary,
            archive_bytes: sizes.archive,
        })
    }

    const fn named(self) -> [(&'static str, u64); 4] {
        [
            ("instructions of the first call", self.first_instructions),
            ("instructions of a later call", self.warm_instructions),
            ("bytes of the binary", self.binary_bytes),
            ("bytes of the archive", self.archive_bytes),
        ]
    }
}

/// Where it is kept.
pub(crate) fn file() -> PathBuf {
    root().join("tools/bench-lambda/baseline.json")
}

/// A baseline of these figures.
pub(crate) fn write(all: &[(&'static str, Figures)]) -> Result<String, Box<dyn Error>> {
    Ok(serde_json::to_string_pretty(&kept(all)?)? + "\n")
}

/// What has risen above the baseline, and what there is no baseline of.
pub(crate) fn grown(
    baseline: &str,
    all: &[(&'static str, Figures)],
) -> Result<Vec<String>, Box<dyn Error>> {
    let baseline: BTreeMap<String, Kept> = serde_json::from_str(baseline)?;
    let mut grown = Vec::new();
    for (name, now) in kept(all)? {
        let Some(before) = baseline.get(name) else {
            grown.push(format!("{name} has no baseline"));
            continue;
        };
        for ((what, before), (_, now)) in before.named().into_iter().zip(now.named()) {
            if now * 100 > before * (100 + MOST_PERCENT) {
                grown.push(format!("{name} has grown: {now} {what}, which were {before}"));
            }
        }
    }
    Ok(grown)
}

fn kept(all: &[(&'static str, Figures)]) -> Result<BTreeMap<&'static str, Kept>, String> {
    let one = |(name, figures): &(&'static str, Figures)| {
        let kept = Kept::of(figures).ok_or("instructions and sizes are both needed")?;
        Ok((*name, kept))
    };
    all.iter().map(one).collect()
}
