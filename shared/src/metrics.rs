//! Metrics, as log lines in CloudWatch's embedded metric format, from which CloudWatch makes them
//! without a call of ours ([specification]). No dimension is by service: each would be a metric of
//! its own to pay for.
//!
//! [specification]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

use std::sync::OnceLock;

use crate::{
    domain::{Change, Timestamp},
    http::{Context, Problem},
};

/// The target of the events that [`telemetry`](crate::telemetry) writes as they are.
pub(crate) const TARGET: &str = "embedded_metrics";

static NAMESPACE: OnceLock<String> = OnceLock::new();

/// Names the namespace of this process's metrics, which has no quotes in it (CloudWatch allows none). A second
/// call changes nothing.
pub fn start(namespace: String) {
    let _ = NAMESPACE.set(namespace);
}

/// A request was answered: its duration by operation, and what it was refused for or failed by.
pub(crate) fn answered(context: &Context, problem: Option<&Problem>) {
    let mut document = Document::at(context.now);
    document.add(
        &[("Operation", context.operation.name())],
        &[("Duration", "Milliseconds", context.elapsed_ms())],
    );
    if let Some(problem) = problem {
        let name = if problem.fault().is_some() { "Faults" } else { "Refusals" };
        document.add(&[("Code", problem.code())], &[(name, "Count", 1)]);
    }
    document.emit();
}

/// A change was stored.
pub(crate) fn changed(change: &Change, now: Timestamp) {
    let mut document = Document::at(now);
    let (status, cause) = (change.status.rag().as_str(), change.cause.as_str());
    document.add(&[("Status", status), ("Cause", cause)], &[("Changes", "Count", 1)]);
    document.emit();
}

/// An update met other writers: how often it was cancelled, and how often it was sent once more.
pub fn contended(context: &Context, conflicts: u64, retries: u64) {
    let mut document = Document::at(context.now);
    document.add(
        &[("Operation", context.operation.name())],
        &[("Conflicts", "Count", conflicts), ("Retries", "Count", retries)],
    );
    document.emit();
}

/// A run that made resets durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResetRun {
    /// Resets that it has stored.
    pub done: u64,
    /// Services that turned out to be reset already, or that somebody was writing to.
    pub already_done: u64,
    /// Services, or queries for them, that failed.
    pub failed: u64,
    /// How long the oldest deadline that it found unsettled had been past, in seconds.
    pub lag_seconds: u64,
    /// Whether it went to the end; otherwise its time was up.
    pub complete: bool,
}

/// A run of `reset-expired` has ended.
pub fn settled(run: ResetRun, now: Timestamp) {
    let mut document = Document::at(now);
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

/// A line being put together, as text: it is written with each answer.
struct Document {
    now: Timestamp,
    directives: String,
    members: String,
}

impl Document {
    const fn at(now: Timestamp) -> Self {
        Self { now, directives: String::new(), members: String::new() }
    }

    /// Adds metrics (name, unit, value) under one set of dimensions. Names, units and the dimensions'
    /// values are ours, and need no escapes.
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
        // At the highest level, so that the level of the log takes no metric away.
        tracing::error!(target: TARGET, document);
    }
}

const fn comma(number: usize) -> &'static str {
    if number == 0 { "" } else { "," }
}
