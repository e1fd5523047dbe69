//! The report, as JSON for programs.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{
    capacity_proxy::ConsumedCapacity,
    invocation_stats::{InvocationStats, milliseconds, ratio},
    load_generator::LatencyResult,
    price::Dollars,
    request_kind::RequestKind,
};

/// The parameters of a run.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunParameters {
    /// Services in the table.
    pub services: u64,
    /// Requests per second to the API, of all kinds together.
    pub rate: u64,
    /// Pages per second beside them.
    pub pages: u64,
    /// Environments of each function.
    pub environments: u16,
}

/// The report of a run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The parameters.
    pub asked: RunParameters,
    /// The result of the load, if there was one.
    pub loaded: Option<LoadResult>,
    /// What a request of each kind costs, if that was measured.
    pub counted: Vec<RequestCost>,
}

/// The result of the load.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadResult {
    /// Its duration.
    pub seconds: f64,
    /// Latencies by kind of request.
    pub answered: Vec<LatencyResult>,
    /// Usage by function.
    pub functions: Vec<FunctionUsage>,
    /// The engine's CPU time for one request, in milliseconds.
    pub engine_cpu_ms: f64,
    /// The engine's share of one processor.
    pub engine_share: f64,
}

/// What one invocation of a function uses; times are in milliseconds.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionUsage {
    /// The function.
    pub function: &'static str,
    /// The number of invocations.
    pub calls: usize,
    /// Mean CPU time.
    pub cpu_ms: f64,
    /// Mean duration.
    pub duration_ms: f64,
    /// The median duration.
    pub p50_ms: f64,
    /// The 99th percentile of the duration.
    pub p99_ms: f64,
    /// Mean billed duration.
    pub billed_ms: f64,
}

/// What one request of a kind costs on average, in the store and in the function.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestCost {
    /// The kind.
    pub kind: RequestKind,
    /// DynamoDB calls, by operation.
    pub calls: BTreeMap<String, f64>,
    /// Read units, by table and index.
    pub read: BTreeMap<String, f64>,
    /// Write units, by table and index.
    pub written: BTreeMap<String, f64>,
    /// The time of DynamoDB calls, including the network.
    pub store_ms: f64,
    /// What the function uses.
    #[serde(flatten)]
    pub used: FunctionUsage,
    /// The size of the function's log lines.
    pub log_bytes: f64,
    /// The size of the response's body, as it is sent.
    pub response_bytes: f64,
    /// What a million of them cost.
    pub dollars: Dollars,
}

impl LoadResult {
    /// Computes the result from the measurements.
    #[must_use]
    pub fn new(
        answered: Vec<LatencyResult>,
        functions: &[(&'static str, InvocationStats)],
        engine_cpu_time: Duration,
        duration: Duration,
    ) -> Self {
        let requests = answered.iter().map(|one| one.requests).sum();
        let functions =
            functions.iter().map(|(function, stats)| FunctionUsage::new(function, stats));
        Self {
            seconds: duration.as_secs_f64(),
            functions: functions.collect(),
            answered,
            engine_cpu_ms: ratio(milliseconds(engine_cpu_time), requests),
            engine_share: engine_cpu_time.as_secs_f64() / duration.as_secs_f64(),
        }
    }
}

impl FunctionUsage {
    fn new(function: &'static str, stats: &InvocationStats) -> Self {
        Self {
            function,
            calls: stats.durations.len(),
            cpu_ms: stats.per_invocation(stats.cpu_time),
            duration_ms: stats.mean(),
            p50_ms: stats.percentile(50),
            p99_ms: stats.percentile(99),
            billed_ms: stats.billed(),
        }
    }
}

impl RequestCost {
    /// Divides the totals by the number of requests.
    #[must_use]
    pub fn new(
        kind: RequestKind,
        consumed: &ConsumedCapacity,
        stats: &InvocationStats,
        log_bytes: u64,
        response_bytes: u64,
    ) -> Self {
        let calls = stats.durations.len() as u64;
        let per_call = |units: &BTreeMap<String, f64>| {
            units.iter().map(|(name, units)| (name.clone(), ratio(*units, calls))).collect()
        };
        let whole = |(operation, times): (&String, &u64)| (operation.clone(), *times as f64);
        let (read, written) = (per_call(&consumed.read), per_call(&consumed.written));
        let used = FunctionUsage::new(kind.function(), stats);
        let log_bytes = ratio(log_bytes as f64, calls);
        // The sum of nothing would be -0.
        let units = |units: &BTreeMap<String, f64>| units.values().sum::<f64>() + 0.0;
        let dollars = Dollars::new(used.billed_ms, units(&read), units(&written), log_bytes);
        Self {
            kind,
            calls: per_call(&consumed.calls.iter().map(whole).collect()),
            read,
            written,
            store_ms: stats.per_invocation(consumed.time),
            used,
            log_bytes,
            response_bytes: ratio(response_bytes as f64, calls),
            dollars,
        }
    }
}

impl Report {
    /// Whether every request got an expected response.
    #[must_use]
    pub fn is_successful(&self) -> bool {
        self.loaded.iter().all(|loaded| loaded.answered.iter().all(LatencyResult::is_successful))
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
