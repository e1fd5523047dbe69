//! Metrics, as log lines in CloudWatch's embedded metric format: CloudWatch makes metrics of them without a
//! call from us ([specification]). No dimension is a service: each would be a metric to pay for.
//!
//! [specification]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

use std::sync::OnceLock;

use crate::{
    domain::{Change, Timestamp},
    operations::{Cancellation, ResetRun},
};

/// The target of the events that [`log`](super::log) writes as they are.
pub(super) const TARGET: &str = "embedded_metrics";

static NAMESPACE: OnceLock<String> = OnceLock::new();

/// Sets the namespace of this process's metrics. It must not contain quotes (CloudWatch allows none). A second
/// call changes nothing.
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

/// Counts a stored change.
pub(super) fn changed(change: &Change, now: Timestamp) {
    let mut document = MetricDocument::at(now);
    let (status, cause) = (change.status.rag().as_str(), change.cause.as_str());
    document.add(&[("Status", status), ("Cause", cause)], &[("Changes", "Count", 1)]);
    document.emit();
}

/// Counts a transaction that was cancelled because of another writer, and the retry.
pub fn cancelled(operation: &'static str, cancellation: Cancellation, now: Timestamp) {
    let mut document = MetricDocument::at(now);
    let retries = u64::from(cancellation.has_attempts_left);
    document.add(
        &[("Operation", operation)],
        &[("Conflicts", "Count", 1), ("Retries", "Count", retries)],
    );
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

/// One log line, built as text because every answer writes one.
struct MetricDocument {
    now: Timestamp,
    directives: String,
    members: String,
}

impl MetricDocument {
    const fn at(now: Timestamp) -> Self {
        Self { now, directives: String::new(), members: String::new() }
    }

    /// Adds metrics (name, unit, value) with the same dimensions. All of the text is ours and needs no escapes.
    fn add(&mut self, dimensions: &[(&str, &str)], metrics: &[(&str, &str, u64)]) {
        let namespace = NAMESPACE.get().map_or("CapacityStatus", String::as_str);
        let separator = if self.directives.is_empty() { "" } else { "," };
        self.directives.extend([separator, r#"{"Namespace":""#, namespace, r#"","Dimensions":[["#]);
        for (number, (name, value)) in dimensions.iter().enumerate() {
            self.directives.extend([comma(number), "\"", name, "\""]);
            self.members.extend([",\"", name, r#"":""#, value, "\""]);
        }
        self.directives.push_str(r#"]],"Metrics":["#);
        for (number, (name, unit, value)) in metrics.iter().enumerate() {
            let open = r#"{"Name":""#;
            self.directives.extend([comma(number), open, name, r#"","Unit":""#, unit, r#""}"#]);
            self.members.extend([",\"", name, "\":", &value.to_string()]);
        }
        self.directives.push_str("]}");
    }

    fn emit(self) {
        let timestamp = (self.now.epoch_seconds() * 1000).to_string();
        let document = [
            r#"{"_aws":{"Timestamp":"#,
            &timestamp,
            r#","CloudWatchMetrics":["#,
            &self.directives,
            "]}",
            &self.members,
            "}",
        ];
        let document = document.concat();
        // At the highest level, so that no log level drops metrics.
        tracing::error!(target: TARGET, document);
    }
}

const fn comma(number: usize) -> &'static str {
    if number == 0 { "" } else { "," }
}
