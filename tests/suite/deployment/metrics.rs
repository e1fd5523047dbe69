//! Metrics: documents in CloudWatch's embedded metric format, without a dimension by service.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{
    App, NOW, World, document,
    faulty::{Fate, FaultyStore},
    log::take_metrics,
};

/// Checks a document against the format and returns its metrics: dimensions with their values,
/// name, unit and value.
fn metrics(document: &Value) -> Vec<(Value, String, String, u64)> {
    let metadata = &document["_aws"];
    assert!(metadata["Timestamp"].is_u64(), "{document}");
    let mut found = Vec::new();
    for directive in metadata["CloudWatchMetrics"].as_array().expect("directives") {
        assert_eq!(directive["Namespace"], "CapacityStatus");
        let [dimensions] = directive["Dimensions"].as_array().expect("sets").as_slice() else {
            panic!("not one set of dimensions: {directive}");
        };
        let names = dimensions.as_array().expect("names").iter();
        let values: Vec<_> = names
            .map(|name| {
                let name = name.as_str().expect("a name");
                format!("{name}={}", document[name].as_str().expect("a text as the value"))
            })
            .collect();
        for metric in directive["Metrics"].as_array().expect("metrics") {
            let (name, unit) = (&metric["Name"], &metric["Unit"]);
            let name = name.as_str().expect("a name");
            let value = document[name].as_u64().expect("a number");
            found.push((json!(values), name.to_owned(), unit.to_string(), value));
        }
    }
    found
}

/// Dimensions, name and value of every metric so far. Durations have no value here.
fn counted() -> Vec<String> {
    let documents = take_metrics();
    let all = documents.iter().flat_map(metrics);
    let lines = all.map(|(dimensions, name, unit, value)| match name.as_str() {
        "Duration" => {
            assert_eq!(unit, "\"Milliseconds\"");
            format!("{dimensions} Duration")
        }
        "ResetLag" => {
            assert_eq!(unit, "\"Seconds\"");
            format!("{dimensions} ResetLag {value}")
        }
        _ => {
            assert_eq!(unit, "\"Count\"");
            format!("{dimensions} {name} {value}")
        }
    });
    lines.collect()
}

async fn red(app: &App) {
    app.put(30, json!({"status": "RED", "resetStatusIn": 1})).by("editor").send().await.ok();
}

#[tokio::test]
async fn every_operation_has_its_duration() {
    let app = World::family().start().await;
    take_metrics();
    app.get(30).by("reader").send().await.ok();
    app.past(30, "").by("reader").send().await.ok();
    app.list("id=30").by("reader").send().await.ok();
    assert_eq!(
        counted(),
        [
            r#"["Operation=get-status"] Duration"#,
            r#"["Operation=status-history"] Duration"#,
            r#"["Operation=list-services"] Duration"#,
        ]
    );
}

#[tokio::test]
async fn a_change_is_counted_by_status_and_cause() {
    let app = World::family().start().await;
    red(&app).await;
    app.at(60);
    take_metrics();
    app.put(30, json!({"status": "AMBER"})).by("editor").send().await.ok();
    assert_eq!(
        counted(),
        [
            r#"["Status=GREEN","Cause=reset"] Changes 1"#,
            r#"["Status=AMBER","Cause=update"] Changes 1"#,
            r#"["Operation=update-status"] Duration"#,
        ]
    );
}

#[tokio::test]
async fn a_change_with_a_reason_is_counted_by_the_reason_too() {
    let app = World::family().start().await;
    take_metrics();
    let body = json!({"status": "RED", "reason": "staffing"});
    let red = app.put(30, body).by("editor").send().await;
    let moved = app.put_deadline(30, json!({"resetStatusIn": 90})).by("editor");
    moved.header("if-match", red.header("etag")).send().await.ok();
    assert_eq!(
        counted(),
        [
            r#"["Status=RED","Cause=update"] Changes 1"#,
            r#"["Reason=STAFFING","Cause=update"] Changes 1"#,
            r#"["Operation=update-status"] Duration"#,
            r#"["Status=RED","Cause=deadline"] Changes 1"#,
            r#"["Reason=STAFFING","Cause=deadline"] Changes 1"#,
            r#"["Operation=update-deadline"] Duration"#,
        ]
    );
}

/// By the namespace and the dimensions that the functions write.
#[test]
fn the_dashboard_shows_changes_by_reason_and_sign_ins_by_outcome() {
    let template = document("template.yaml");
    let body = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    let body: Value = serde_json::from_str(body.as_str().expect("a text")).expect("JSON");
    let widgets = body["widgets"].as_array().expect("widgets").iter();
    let searches =
        widgets.filter_map(|it| it["properties"]["metrics"][0][0]["expression"].as_str());
    let search = |dimensions: &str, name: &str| {
        let namespace = "CapacityStatus/${AWS::StackName}";
        let metrics = format!(r#"{{"{namespace}",{dimensions}}} MetricName="{name}""#);
        format!("SEARCH('{metrics}', 'Sum', 3600)")
    };
    assert_eq!(
        searches.collect::<Vec<_>>(),
        [search("Outcome", "SignIns"), search("Reason,Cause", "Changes")]
    );
}

#[tokio::test]
async fn each_cancellation_is_counted_and_each_sending_after_it() {
    let app = World::family().start().await;
    for (cancellations, retries) in [(0, 0), (1, 1), (4, 4), (5, 4)] {
        let mut left = cancellations;
        let (contended, _, _) = FaultyStore::below(&app, None, move |call| {
            let again = call.operation == "TransactWriteItems" && left > 0;
            left -= usize::from(again);
            if again { Fate::Cancelled("TransactionConflict") } else { Fate::Passed }.into()
        });
        take_metrics();
        let reply = contended.put(30, json!({"status": "RED"})).by("editor").send().await;
        assert_eq!(reply.status, if retries < cancellations { 503 } else { 200 });
        let counted = counted();
        let count = |metric: &str| {
            let line = format!(r#"["Operation=update-status"] {metric}"#);
            let of_all = counted.iter().filter(|counted| **counted == format!("[] {metric}"));
            let of_operation = counted.iter().filter(|counted| **counted == line).count();
            assert_eq!(of_all.count(), of_operation, "{counted:?}");
            of_operation
        };
        assert_eq!((count("Conflicts 1"), count("Retries 1")), (cancellations, retries));
        assert_eq!(count("Retries 0"), cancellations - retries, "{counted:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_counted_by_its_code_and_a_fault_apart() {
    let app = World::family().start().await;
    take_metrics();
    app.put(30, json!({"status": "BLUE"})).by("editor").send().await.refused(400);
    let away = app.without_store();
    away.get(30).by("reader").within(Duration::ZERO).send().await.refused(503);
    assert_eq!(
        counted(),
        [
            r#"["Operation=update-status"] Duration"#,
            r#"["Code=VALIDATION_FAILED"] Refusals 1"#,
            r#"["Operation=get-status"] Duration"#,
            r#"["Code=STORE_UNAVAILABLE"] Faults 1"#,
        ]
    );
}

#[tokio::test]
async fn a_run_of_the_schedule_is_counted_with_its_lag() {
    let app = World::family().start().await;
    red(&app).await;
    app.at(400);
    take_metrics();
    app.run_schedule().await;
    assert_eq!(
        counted(),
        [
            r#"["Status=GREEN","Cause=reset"] Changes 1"#,
            "[] ResetsDone 1",
            "[] ResetsAlreadyDone 0",
            "[] ResetsFailed 0",
            "[] RunsCutShort 0",
            "[] ResetLag 340",
        ]
    );
    app.run_schedule_within(Some(Duration::ZERO)).await;
    let cut_short = counted();
    assert!(cut_short.contains(&"[] RunsCutShort 1".to_owned()), "{cut_short:?}");
}

/// The specification requires the time in milliseconds.
#[tokio::test]
async fn a_document_is_dated_by_the_requests_clock() {
    let app = World::family().start().await;
    take_metrics();
    app.get(30).by("reader").send().await.ok();
    assert_eq!(take_metrics()[0]["_aws"]["Timestamp"], NOW * 1000);
}
