//! What was measured; as JSON for programs.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{
    counter::Counts,
    done::{Done, milliseconds, ratio},
    kind::Kind,
    oha::Answered,
};

/// What was asked for.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Services in the directory.
    pub services: u64,
    /// Requests per second, of all kinds.
    pub rate: u64,
    /// Environments of each function.
    pub environments: u16,
}

/// All of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What was asked for.
    pub asked: Asked,
    /// What came of the load, if any was sent.
    pub loaded: Option<Loaded>,
    /// What a request of each kind asks of the store, if that was counted.
    pub counted: Vec<Counted>,
}

/// What came of the load.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Loaded {
    /// How long it took.
    pub seconds: f64,
    /// By kind of request.
    pub answered: Vec<Answered>,
    /// By function.
    pub functions: Vec<Used>,
    /// The engine's CPU time for one request, in milliseconds.
    pub engine_cpu_ms: f64,
    /// What part of one processor the engine has used.
    pub engine_share: f64,
}

/// What one function has used for one call; times are in milliseconds.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// The function.
    pub function: &'static str,
    /// How often it was called.
    pub calls: usize,
    /// CPU time.
    pub cpu_ms: f64,
    /// From the call to the answer.
    pub duration_ms: f64,
    /// So much of half of the calls at most.
    pub p50_ms: f64,
    /// And of 99 in a hundred.
    pub p99_ms: f64,
    /// What Lambda bills.
    pub billed_ms: f64,
}

/// What one request of a kind asks of the store and of the function, on average.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    /// The kind.
    pub kind: Kind,
    /// Calls of the store, by operation.
    pub calls: BTreeMap<String, f64>,
    /// Read units, by table and index.
    pub read: BTreeMap<String, f64>,
    /// Write units, by table and index.
    pub written: BTreeMap<String, f64>,
    /// How long the store took, the way there and back included.
    pub store_ms: f64,
    /// The function's part.
    #[serde(flatten)]
    pub used: Used,
    /// What the function logs.
    pub log_bytes: f64,
}

impl Loaded {
    /// Puts together what was measured.
    #[must_use]
    pub fn new(
        answered: Vec<Answered>,
        functions: &[(&'static str, Done)],
        engine: Duration,
        took: Duration,
    ) -> Self {
        let requests = answered.iter().map(|one| one.requests).sum();
        let functions = functions.iter().map(|(function, done)| Used::new(function, done));
        Self {
            seconds: took.as_secs_f64(),
            functions: functions.collect(),
            answered,
            engine_cpu_ms: ratio(milliseconds(engine), requests),
            engine_share: engine.as_secs_f64() / took.as_secs_f64(),
        }
    }
}

impl Used {
    fn new(function: &'static str, done: &Done) -> Self {
        Self {
            function,
            calls: done.durations.len(),
            cpu_ms: done.per_call(done.used),
            duration_ms: done.mean(),
            p50_ms: done.percentile(50),
            p99_ms: done.percentile(99),
            billed_ms: done.billed(),
        }
    }
}

impl Counted {
    /// Shares what was counted among the calls.
    #[must_use]
    pub fn new(kind: Kind, counts: &Counts, done: &Done, log_bytes: u64) -> Self {
        let calls = done.durations.len() as u64;
        let each = |units: &BTreeMap<String, f64>| {
            units.iter().map(|(place, units)| (place.clone(), ratio(*units, calls))).collect()
        };
        let whole = |(operation, times): (&String, &u64)| (operation.clone(), *times as f64);
        Self {
            kind,
            calls: each(&counts.calls.iter().map(whole).collect()),
            read: each(&counts.read),
            written: each(&counts.written),
            store_ms: done.per_call(counts.time),
            used: Used::new(kind.function(), done),
            log_bytes: ratio(log_bytes as f64, calls),
        }
    }
}

impl Report {
    /// Whether each request was answered, and as it should be.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.loaded.iter().all(|loaded| loaded.answered.iter().all(Answered::is_well))
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
