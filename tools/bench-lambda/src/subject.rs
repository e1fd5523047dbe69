//! What is measured: a binary, and the event that it answers.

use std::{fs, io, path::PathBuf};

use crate::tables::root;

/// A function with an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    /// What the figures are called by.
    pub(crate) name: &'static str,
    /// The binary's name.
    pub(crate) function: &'static str,
    /// Below `events/`.
    event: &'static str,
    /// Whether it is one of the functions that are deployed.
    pub(crate) ours: bool,
}

const GET: &str = "get-status/a-reader-reads-a-status";
const PUT: &str = "update-status/an-editor-sets-red";
const PAGE: &str = "list-services/the-first-page";

/// All of them: what is measured against first.
const ALL: [Subject; 10] = [
    yardstick("hello", "hello", GET),
    yardstick("naive-get", "naive", GET),
    yardstick("naive-put", "naive", PUT),
    yardstick("naive-page", "naive", PAGE),
    ours("get-status", GET),
    ours("update-status", PUT),
    ours("list-services", PAGE),
    ours("status-history", "status-history/the-changes"),
    ours("health", "health/status"),
    ours("api-docs", "api-docs/the-page"),
];

const fn yardstick(name: &'static str, function: &'static str, event: &'static str) -> Subject {
    Subject { name, function, event, ours: false }
}

const fn ours(name: &'static str, event: &'static str) -> Subject {
    Subject { name, function: name, event, ours: true }
}

/// Those of these names, or all, or all of ours.
pub(crate) fn chosen(names: &[String], ours_only: bool) -> Result<Vec<Subject>, String> {
    if let Some(unknown) = names.iter().find(|name| ALL.iter().all(|one| one.name != *name)) {
        return Err(format!("there is no subject {unknown}"));
    }
    let named = |one: &Subject| names.is_empty() || names.iter().any(|name| one.name == name);
    Ok(ALL.into_iter().filter(|one| named(one) && (one.ours || !ours_only)).collect())
}

impl Subject {
    /// Where the build puts the binary.
    pub(crate) fn binary(&self) -> PathBuf {
        let target = if self.ours { "target/lambda" } else { "target/yardsticks/lambda" };
        root().join(target).join(self.function).join("bootstrap")
    }

    /// The event, as JSON.
    pub(crate) fn event(&self) -> io::Result<String> {
        fs::read_to_string(root().join("events").join(format!("{}.json", self.event)))
    }
}
