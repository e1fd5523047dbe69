//! Metrics, as log lines in CloudWatch's embedded metric format: CloudWatch makes metrics of them without a
//! call from us ([specification]). No dimension is a service: each would be a metric to pay for.
//!
//! [specification]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Serialize;

use crate::{
    domain::{Change, Timestamp},
    operations::{Cancellation, ResetRun},
};

/// The target of the events that [`log`](super::log) writes as they are.
pub(super) const TARGET: &str = "embedded_metrics";

static NAMESPACE: OnceLock<String> = OnceLock::new();

/// Sets the namespace of this process's metrics. A second call changes nothing.
pub fn start(namespace: String) {
    let _ = NAMESPACE.set(namespace);
}

/// How a request was answered.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    /// The name of the function.
    pub operation: &'static str,
    /// The time of the request.
    pub now: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
}

/// Why a request failed.
#[derive(Clone, Copy, Debug)]
pub enum Failure {
    /// It was refused, with this problem code.
    Refusal(&'static str),
    /// The system failed, with this problem code.
    Fault(&'static str),
}

/// Counts an answered request: its duration by operation, and its failure by code.
pub fn answered(Answered { operation, now, duration_ms, failure }: Answered) {
    let mut document = MetricDocument::at(now);
    document.add(&[("Operation", operation)], &[("Duration", "Milliseconds", duration_ms)]);
    match failure {
        None => {}
        Some(Failure::Refusal(code)) => {
            document.add(&[("Code", code)], &[("Refusals", "Count", 1)])
        }
        Some(Failure::Fault(code)) => document.add(&[("Code", code)], &[("Faults", "Count", 1)]),
    }
    document.emit();
}

/// Counts a failure that the answer survived, by its problem code.
pub fn fault(code: &'static str, now: Timestamp) {
    let mut document = MetricDocument::at(now);
    document.add(&[("Code", code)], &[("Faults", "Count", 1)]);
    document.emit();
}

/// Counts a stored change by status and cause, and by its reason if it has one.
pub(super) fn changed(change: &Change, now: Timestamp) {
    let mut document = MetricDocument::at(now);
    let (status, cause) = (change.status.rag().as_str(), change.cause.as_str());
    document.add(&[("Status", status), ("Cause", cause)], &[("Changes", "Count", 1)]);
    if let Some(reason) = &change.reason {
        // Only names of the list, so that the number of metrics is bounded.
        let name = reason.known_name().unwrap_or("UNLISTED");
        document.add(&[("Reason", name), ("Cause", cause)], &[("Changes", "Count", 1)]);
    }
    document.emit();
}

/// Counts a transaction that was cancelled because of another writer, and the retry: of the operation, and of all.
pub fn cancelled(operation: &'static str, cancellation: Cancellation, now: Timestamp) {
    let mut document = MetricDocument::at(now);
    let retries = u64::from(cancellation.has_attempts_left);
    let counts = [("Conflicts", "Count", 1), ("Retries", "Count", retries)];
    document.add(&[("Operation", operation)], &counts);
    document.add(&[], &counts);
    document.emit();
}

/// Counts a person's sign-in on the pages by its outcome, and whether it failed by a fault.
pub fn sign_in(outcome: &'static str, is_fault: bool, now: Timestamp) {
    let mut document = MetricDocument::at(now);
    document.add(&[("Outcome", outcome)], &[("SignIns", "Count", 1)]);
    document.add(&[], &[("SignInsFailed", "Count", u64::from(is_fault))]);
    document.emit();
}

/// Counts an answer to a follower that has to read the list again.
pub fn resync(now: Timestamp) {
    let mut document = MetricDocument::at(now);
    document.add(&[], &[("Resyncs", "Count", 1)]);
    document.emit();
}

/// Counts a run of `reset-expired`.
pub fn reset_run(run: ResetRun, now: Timestamp) {
    let mut document = MetricDocument::at(now);
    document.add(
        &[],
        &[
            ("ResetsDone", "Count", run.done),
            ("ResetsAlreadyDone", "Count", run.already_done),
            ("ResetsFailed", "Count", run.failed),
            ("RunsCutShort", "Count", u64::from(!run.complete)),
            ("ResetLag", "Seconds", run.lag_seconds),
        ],
    );
    document.emit();
}

/// Counts rows that cannot be read.
pub(super) fn unreadable_rows(count: usize, now: Timestamp) {
    let mut document = MetricDocument::at(now);
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    document.add(&[], &[("UnreadableRows", "Count", count)]);
    document.emit();
}

/// One log line.
#[derive(Serialize)]
struct MetricDocument {
    #[serde(rename = "_aws")]
    metadata: Metadata,
    /// The values of dimensions and metrics, by name.
    #[serde(flatten)]
    values: BTreeMap<&'static str, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    /// In milliseconds since the epoch.
    timestamp: i64,
    cloud_watch_metrics: Vec<Directive>,
}

/// Metrics with the same dimensions.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [Vec<&'static str>; 1],
    metrics: Vec<Metric>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

/// A dimension's or a metric's value.
#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Dimension(&'static str),
    Metric(u64),
}

impl MetricDocument {
    const fn at(now: Timestamp) -> Self {
        let timestamp = now.epoch_seconds() * 1000;
        Self {
            metadata: Metadata { timestamp, cloud_watch_metrics: Vec::new() },
            values: BTreeMap::new(),
        }
    }

    /// Adds metrics (name, unit, value) with the same dimensions.
    fn add(
        &mut self,
        dimensions: &[(&'static str, &'static str)],
        metrics: &[(&'static str, &'static str, u64)],
    ) {
        self.values.extend(dimensions.iter().map(|(name, value)| (*name, Value::Dimension(value))));
        self.values.extend(metrics.iter().map(|(name, _, value)| (*name, Value::Metric(*value))));
        self.metadata.cloud_watch_metrics.push(Directive {
            namespace: NAMESPACE.get().map_or("CapacityStatus", String::as_str),
            dimensions: [dimensions.iter().map(|(name, _)| *name).collect()],
            metrics: metrics.iter().map(|(name, unit, _)| Metric { name, unit }).collect(),
        });
    }

    fn emit(self) {
        // Text and numbers can always be written as JSON.
        let document = serde_json::to_string(&self).unwrap_or_default();
        // At the highest level, so that no log level drops metrics.
        tracing::error!(target: TARGET, document);
    }
}
