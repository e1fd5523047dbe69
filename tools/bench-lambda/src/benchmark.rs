//! The benchmarks: each a binary and its event.

use std::{error::Error, fs, io, path::PathBuf};

use local_stack::schedule;

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
const DEADLINE: &str = "update-deadline/an-editor-moves-the-deadline";
const PAGE: &str = "list-services/the-first-page";

const BASELINES: [Benchmark; 4] = [
    baseline("hello", "hello", GET),
    baseline("naive-get", "naive", GET),
    baseline("naive-put", "naive", PUT),
    baseline("naive-page", "naive", PAGE),
];

const fn baseline(name: &'static str, function: &'static str, event: &'static str) -> Benchmark {
    Benchmark { name, function, event, is_deployed: false }
}

/// All benchmarks: the baselines, then every function that answers requests.
fn all() -> io::Result<Vec<Benchmark>> {
    let mut deployed = Vec::new();
    for entry in fs::read_dir(root().join("events"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != schedule::FUNCTION {
            deployed.push(self::deployed(name)?);
        }
    }
    deployed.sort_by_key(|one| one.name);
    Ok([BASELINES.to_vec(), deployed].concat())
}

/// A function with its most frequent event, or its first by name.
fn deployed(function: String) -> io::Result<Benchmark> {
    let event = match function.as_str() {
        "api-docs" => "api-docs/the-page".to_owned(),
        "get-status" => GET.to_owned(),
        "health" => "health/status".to_owned(),
        "list-services" => PAGE.to_owned(),
        "status-history" => "status-history/the-changes".to_owned(),
        "update-deadline" => DEADLINE.to_owned(),
        "update-status" => PUT.to_owned(),
        other => {
            let files = fs::read_dir(root().join("events").join(other))?;
            let files: io::Result<Vec<_>> = files.map(|file| Ok(file?.path())).collect();
            let first = files?.into_iter().min().unwrap_or_default();
            format!("{other}/{}", first.file_stem().unwrap_or_default().to_string_lossy())
        }
    };
    let name: &'static str = function.leak();
    Ok(Benchmark { name, function: name, event: event.leak(), is_deployed: true })
}

/// The benchmarks with these names, or all if there are none; optionally without baselines.
pub(crate) fn select(
    names: &[String],
    deployed_only: bool,
) -> Result<Vec<Benchmark>, Box<dyn Error>> {
    let all = all()?;
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|one| one.name != *name)) {
        return Err(format!("unknown benchmark {unknown}").into());
    }
    let selected = |one: &Benchmark| names.is_empty() || names.iter().any(|name| one.name == name);
    Ok(all.into_iter().filter(|one| selected(one) && (one.is_deployed || !deployed_only)).collect())
}

impl Benchmark {
    /// An update to RED, of the service whose deadline [`DEADLINE`] moves.
    pub(crate) const fn update() -> Self {
        Self { name: "update-status", function: "update-status", event: PUT, is_deployed: true }
    }

    /// Whether its status must be RED, and its entity tag be known.
    pub(crate) fn moves_deadline(&self) -> bool {
        self.event == DEADLINE
    }

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
