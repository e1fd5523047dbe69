//! The benchmarks: each a binary and its event.

use std::{fs, io, path::PathBuf};

use crate::tables::root;

/// A function and an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Benchmark {
    /// The name in the report.
    pub(crate) name: &'static str,
    /// The binary's name.
    pub(crate) function: &'static str,
    /// The event's path below `events/`.
    event: &'static str,
    /// Whether it is a deployed function, not a baseline.
    pub(crate) is_deployed: bool,
}

const GET: &str = "get-status/a-reader-reads-a-status";
const PUT: &str = "update-status/an-editor-sets-red";
const PAGE: &str = "list-services/the-first-page";

/// All benchmarks, baselines first.
const ALL: [Benchmark; 10] = [
    baseline("hello", "hello", GET),
    baseline("naive-get", "naive", GET),
    baseline("naive-put", "naive", PUT),
    baseline("naive-page", "naive", PAGE),
    deployed("get-status", GET),
    deployed("update-status", PUT),
    deployed("list-services", PAGE),
    deployed("status-history", "status-history/the-changes"),
    deployed("health", "health/status"),
    deployed("api-docs", "api-docs/the-page"),
];

const fn baseline(name: &'static str, function: &'static str, event: &'static str) -> Benchmark {
    Benchmark { name, function, event, is_deployed: false }
}

const fn deployed(name: &'static str, event: &'static str) -> Benchmark {
    Benchmark { name, function: name, event, is_deployed: true }
}

/// The benchmarks with these names, or all if there are none; optionally without baselines.
pub(crate) fn select(names: &[String], deployed_only: bool) -> Result<Vec<Benchmark>, String> {
    if let Some(unknown) = names.iter().find(|name| ALL.iter().all(|one| one.name != *name)) {
        return Err(format!("unknown benchmark {unknown}"));
    }
    let selected = |one: &Benchmark| names.is_empty() || names.iter().any(|name| one.name == name);
    Ok(ALL.into_iter().filter(|one| selected(one) && (one.is_deployed || !deployed_only)).collect())
}

impl Benchmark {
    /// The path of the built binary.
    pub(crate) fn binary(&self) -> PathBuf {
        let target = if self.is_deployed { "target/lambda" } else { "target/baselines/lambda" };
        root().join(target).join(self.function).join("bootstrap")
    }

    /// Reads the event, as JSON.
    pub(crate) fn event(&self) -> io::Result<String> {
        fs::read_to_string(root().join("events").join(format!("{}.json", self.event)))
    }
}
