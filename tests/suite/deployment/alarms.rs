//! Alarms use metrics that exist, notify the alarm topic, and have a runbook entry. The runbook's
//! queries use fields that the logs have.

use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};

use super::everything_told::everything_that_is_told;
use crate::harness::{
    World, document,
    log::{take_lines, take_metrics},
    root,
};

/// The AWS metrics that alarms use, with their dimensions: "Working with metrics for HTTP APIs" in
/// API Gateway's documentation, "Available CloudWatch metrics for Amazon SQS".
const OF_AWS: [(&str, &str, &str); 4] = [
    ("AWS/ApiGateway", "5xx", "ApiId Stage"),
    ("AWS/ApiGateway", "Count", "ApiId Stage"),
    ("AWS/ApiGateway", "Latency", "ApiId Stage"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
];

/// The fields of the lines that Lambda writes about a call, and CloudWatch's own fields.
const OF_LAMBDA: [&str; 10] = [
    "@log",
    "@logStream",
    "@timestamp",
    "location",
    "record.metrics.durationMs",
    "record.metrics.initDurationMs",
    "record.metrics.maxMemoryUsedMB",
    "record.requestId",
    "record.status",
    "type",
];

/// The keywords and functions of the query language.
const WORDS: [&str; 16] = [
    "and",
    "as",
    "bin",
    "by",
    "count",
    "count_distinct",
    "desc",
    "display",
    "filter",
    "in",
    "ispresent",
    "max",
    "or",
    "pct",
    "sort",
    "stats",
];

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).expect("a file")
}

fn alarms(template: &Value) -> Vec<(&String, &Value)> {
    let resources = template["Resources"].as_object().expect("resources").iter();
    let alarms = resources.filter(|(_, resource)| resource["Type"] == "AWS::CloudWatch::Alarm");
    alarms.map(|(id, resource)| (id, &resource["Properties"])).collect()
}

/// Namespace, name and dimensions of an alarm's metrics. Our own dimensions have values.
fn metrics(alarm: &Value) -> Vec<(String, String, Vec<String>)> {
    let own = alarm["Metrics"].as_array().map_or_else(
        || vec![alarm],
        |all| {
            all.iter()
                .map(|one| &one["MetricStat"]["Metric"])
                .filter(|one| !one.is_null())
                .collect()
        },
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metric = |metric: &Value| {
        let ours = metric["Namespace"].is_object();
        let namespace =
            text(if ours { &metric["Namespace"]["Fn::Sub"] } else { &metric["Namespace"] });
        let dimensions = metric["Dimensions"].as_array().into_iter().flatten();
        let dimensions = dimensions.map(|one| match one["Value"].as_str().filter(|_| ours) {
            Some(value) => format!("{}={value}", text(&one["Name"])),
            None => text(&one["Name"]),
        });
        (namespace, text(&metric["MetricName"]), dimensions.collect())
    };
    own.into_iter().map(metric).collect()
}

/// The metric that counts lines of the gateway's log.
fn throttles(template: &Value) -> (String, String, Vec<String>) {
    let counted = &template["Resources"]["Throttles"]["Properties"]["MetricTransformations"][0];
    let (namespace, name) = (&counted["MetricNamespace"], &counted["MetricName"]);
    metrics(&json!({"Namespace": namespace, "MetricName": name})).remove(0)
}

#[tokio::test]
async fn every_alarm_watches_an_existing_metric() {
    let template = document("template.yaml");
    let variables = &template["Globals"]["Function"]["Environment"]["Variables"];
    let namespace = variables["METRICS_NAMESPACE"]["Fn::Sub"].as_str().expect("a namespace");
    let of_aws = OF_AWS.map(|(namespace, name, dimensions)| {
        let dimensions = dimensions.split(' ').map(str::to_owned).collect();
        (namespace.to_owned(), name.to_owned(), dimensions)
    });
    let mut known = BTreeSet::from(of_aws);
    known.insert(throttles(&template));
    let app = World::family().start().await;
    take_metrics();
    everything_that_is_told(&app).await;
    for written in take_metrics() {
        let directives = written["_aws"]["CloudWatchMetrics"].as_array().expect("directives");
        for directive in directives {
            let names = directive["Dimensions"][0].as_array().expect("dimensions").iter();
            let names = names.map(|name| name.as_str().expect("a name"));
            let dimensions: Vec<_> = names
                .map(|name| format!("{name}={}", written[name].as_str().expect("a value")))
                .collect();
            for metric in directive["Metrics"].as_array().expect("metrics") {
                let name = metric["Name"].as_str().expect("a name").to_owned();
                known.insert((namespace.to_owned(), name, dimensions.clone()));
            }
        }
    }
    for (id, alarm) in alarms(&template) {
        let metrics = metrics(alarm);
        assert!(!metrics.is_empty(), "{id}");
        for metric in metrics {
            assert!(known.contains(&metric), "{id}: {metric:?} is not in {known:?}");
        }
    }
}

#[test]
fn every_alarm_is_in_the_runbook_and_on_the_dashboard_and_notifies_someone() {
    let template = document("template.yaml");
    let alarms = alarms(&template);
    let ids: BTreeSet<_> = alarms.iter().map(|(id, _)| id.as_str()).collect();
    let runbook = read("docs/operations.md");
    let rows = runbook.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("Alarm` |"));
    let rows: BTreeSet<_> = rows.map(|(name, _)| format!("{name}Alarm")).collect();
    assert_eq!(rows, ids.iter().map(ToString::to_string).collect());

    let body = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    let body: Value = serde_json::from_str(body.as_str().expect("a text")).expect("JSON");
    let widgets = body["widgets"].as_array().expect("widgets").iter();
    let shown = widgets.filter_map(|widget| {
        let arn = widget["properties"]["annotations"]["alarms"][0].as_str()?;
        Some(arn.trim_start_matches("${").trim_end_matches(".Arn}"))
    });
    assert_eq!(shown.collect::<BTreeSet<_>>(), ids);

    for (id, alarm) in alarms {
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(alarm[actions], json!([{"Ref": "AlarmTopic"}]), "{id}");
        }
        // If the schedule never runs, there is no value, and that must raise the alarm.
        let missing = if id == "ResetLagAlarm" { "breaching" } else { "notBreaching" };
        assert_eq!(alarm["TreatMissingData"], missing, "{id}");
    }
}

/// Whether it is one of our messages.
fn is_message(text: &str) -> bool {
    text.contains('_') && text.chars().all(|c| c == '_' || c.is_ascii_lowercase())
}

/// The fields that a query uses, without texts, numbers and names of its own.
fn asked(query: &str) -> Vec<String> {
    let outside = query.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let word = |text: char| !(text.is_alphanumeric() || "@._".contains(text));
    let words: Vec<_> = outside.split(word).filter(|word| !word.is_empty()).collect();
    let own: BTreeSet<_> =
        words.windows(2).filter(|two| two[0] == "as").map(|two| two[1]).collect();
    let members = words.into_iter().filter(|word| {
        !WORDS.contains(word) && !own.contains(word) && !word.starts_with(|c: char| c.is_numeric())
    });
    members.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_runbooks_queries_ask_for_what_the_logs_have() {
    let app = World::family().start().await;
    take_lines();
    everything_that_is_told(&app).await;
    let written = take_lines();
    let mut members: BTreeSet<_> = OF_LAMBDA.map(str::to_owned).into();
    members.extend(
        written.iter().filter_map(Value::as_object).flatten().map(|(name, _)| name.clone()),
    );
    let api = &document("template.yaml")["Resources"]["Api"]["Properties"];
    let format = api["AccessLogSettings"]["Format"].as_str().expect("a format");
    let format: Value = serde_json::from_str(format).expect("JSON");
    members.extend(format.as_object().expect("members").keys().cloned());

    let (runbook, telemetry) = (read("docs/operations.md"), read("docs/telemetry.md"));
    for name in format.as_object().expect("members").keys() {
        assert!(telemetry.contains(&format!("`{name}`")), "{name}");
    }
    for message in written.iter().filter_map(|line| line["message"].as_str()) {
        // A message of a library is a sentence.
        let ours = is_message(message);
        assert!(!ours || telemetry.contains(&format!("| `{message}` |")), "{message}");
    }
    let queries = runbook.split("```insights\n").skip(1);
    let queries: Vec<_> = queries.filter_map(|rest| rest.split("```").next()).collect();
    assert!(queries.len() > 10, "{queries:?}");
    for query in queries {
        for member in asked(query) {
            assert!(members.contains(&member), "{member}: {query}");
        }
        for message in query.split('"').skip(1).step_by(2).filter(|text| is_message(text)) {
            assert!(telemetry.contains(&format!("| `{message}` |")), "{message}");
        }
    }
}
