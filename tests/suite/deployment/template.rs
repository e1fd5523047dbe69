//! Checks what template.yaml gives each function, and the infrastructure around the functions. For
//! permissions, see `iam_roles`.

use std::collections::HashMap;

use local_stack::schedule;
use serde_json::{Value, json};
use shared::runtime::Environment;

use crate::harness::{FUNCTIONS, Stack, document, has_settings, logical_id};

/// Has no meaning to a function. A new value makes SAM and Lambda publish a version.
const SETTINGS_REVISION: &str = "SETTINGS_REVISION";

/// May be empty, and says then that there is nothing to name.
const OPTIONAL: [&str; 2] = ["REGIONS", "SERVICE_TYPES"];

/// The variables that template.yaml gives a function with an existing issuer, with possible values for what only a
/// deployment knows.
fn variables(function: &str) -> HashMap<String, String> {
    let template = document("template.yaml");
    let stack = Stack::with(&[
        ("JwtIssuer", "https://id.example.org"),
        ("WebClientId", "pages"),
        ("PublicUrl", "https://api.example.org"),
    ]);
    let common = &template["Globals"]["Function"]["Environment"]["Variables"];
    let own =
        &template["Resources"][logical_id(function)]["Properties"]["Environment"]["Variables"];
    let all = [common, own].into_iter().filter_map(Value::as_object).flatten();
    all.map(|(name, value)| {
        let value = stack.evaluate(value).filter(|value| value.is_string());
        let value =
            value.map_or("a-value".into(), |value| value.as_str().unwrap_or_default().to_owned());
        (name.clone(), value)
    })
    .collect()
}

fn starts(function: &str, variables: HashMap<String, String>) -> bool {
    let environment: Environment = variables.into_iter().collect();
    let built = has_settings(function, &environment);
    let namespace = environment.required("METRICS_NAMESPACE");
    // Lambda provides the settings of the client.
    namespace.is_ok() && built
}

#[test]
fn every_function_gets_exactly_the_settings_it_needs() {
    for function in FUNCTIONS {
        let all = variables(function);
        assert!(starts(function, all.clone()), "{function}: {all:?}");
        let is_needed =
            |name: &&String| *name != SETTINGS_REVISION && !OPTIONAL.contains(&name.as_str());
        for name in all.keys().filter(is_needed) {
            let mut others = all.clone();
            others.remove(name);
            assert!(!starts(function, others), "{function} starts without {name}");
        }
    }
}

/// Lambda publishes a version only if code or configuration has changed, so what gives a version a new
/// logical id must be part of either. `AutoPublishAliasAllProperties` adds tags and concurrency
/// limits, which are not. SAM hashes a variable as written: the number cannot be a parameter.
#[test]
fn a_new_settings_revision_publishes_new_versions_and_nothing_else_can_fail_to() {
    let template = document("template.yaml");
    let globals = &template["Globals"]["Function"];
    let revision = globals["Environment"]["Variables"][SETTINGS_REVISION].as_str();
    assert!(revision.is_some_and(|number| number.parse::<u32>().is_ok()), "{revision:?}");
    let properties =
        FUNCTIONS.map(|function| &template["Resources"][logical_id(function)]["Properties"]);
    for own in properties.into_iter().chain([globals]) {
        assert_eq!(own["AutoPublishAliasAllProperties"], Value::Null);
    }
    for own in properties {
        assert_eq!(own["Environment"]["Variables"][SETTINGS_REVISION], Value::Null);
    }
}

#[test]
fn the_documented_limits_are_the_deployed_ones() {
    let openapi = document("openapi.yaml");
    let field = &openapi["components"]["schemas"]["StatusUpdate"]["properties"]["resetStatusIn"];
    let parameters = &document("template.yaml")["Parameters"];
    let [default, min, max] = ["ResetDefaultMinutes", "ResetMinMinutes", "ResetMaxMinutes"]
        .map(|name| parameters[name]["Default"].clone());
    let text = field["description"].as_str().expect("a description");
    assert!(text.contains(&format!("Without it {default},")), "{text}");
    assert_eq!([&field["oneOf"][0]["minimum"], &field["oneOf"][0]["maximum"]], [&min, &max]);
    let notes = &openapi["components"]["schemas"]["StatusUpdate"]["properties"]["notes"];
    assert_eq!(notes["oneOf"][0]["maxLength"], 900);
}

#[test]
fn every_function_has_log_retention_and_monitored_deployments() {
    let template = document("template.yaml");
    let globals = &template["Globals"]["Function"];
    assert_eq!(
        [&globals["Tracing"], &globals["AutoPublishAlias"], &globals["LoggingConfig"]["LogFormat"]],
        [&json!("Active"), &json!("live"), &json!("JSON")]
    );
    let preference = &globals["DeploymentPreference"];
    assert_eq!(preference["Type"], json!({"Ref": "DeploymentType"}));
    let [condition, watched, none] = [0, 1, 2].map(|at| preference["Alarms"]["Fn::If"][at].clone());
    assert_eq!((condition, none), (json!("ShiftGradually"), json!([{"Ref": "AWS::NoValue"}])));
    for alarm in watched.as_array().expect("alarms") {
        let id = alarm["Ref"].as_str().expect("an alarm");
        assert_eq!(template["Resources"][id]["Type"], "AWS::CloudWatch::Alarm", "{id}");
    }
    for function in FUNCTIONS {
        let own = &template["Resources"][logical_id(function)]["Properties"];
        for common in ["Tracing", "AutoPublishAlias", "DeploymentPreference"] {
            assert_eq!(own[common], Value::Null, "{function} has a {common} of its own");
        }
        let log = logical_id(function).replace("Function", "Log");
        assert_eq!(own["LoggingConfig"], json!({"LogGroup": {"Ref": log}}), "{function}");
    }
    let resources = template["Resources"].as_object().expect("resources").values();
    let logs = resources.filter(|resource| resource["Type"] == "AWS::Logs::LogGroup");
    let days = json!({"Ref": "LogRetentionDays"});
    let kept = logs.filter(|log| log["Properties"]["RetentionInDays"] == days).count();
    assert_eq!(kept, FUNCTIONS.len() + 1, "the functions' logs and the gateway's");
}

#[test]
fn failed_scheduled_calls_go_to_a_queue() {
    let resources = &document("template.yaml")["Resources"];
    let function = &resources[logical_id(schedule::FUNCTION)]["Properties"];
    let delivery = &function["Events"]["EachMinute"]["Properties"];
    assert_eq!(
        (&delivery["DeadLetterConfig"], &delivery["RetryPolicy"]["MaximumEventAgeInSeconds"]),
        (&json!({"Arn": {"Fn::GetAtt": ["UndeliveredRuns", "Arn"]}}), &json!(60))
    );
    let queue = json!({"Fn::GetAtt": ["FailedRuns", "Arn"]});
    assert_eq!(
        function["EventInvokeConfig"],
        json!({
            "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60,
            "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": queue}},
        })
    );
    for queue in ["UndeliveredRuns", "FailedRuns"] {
        assert_eq!(resources[queue]["Type"], "AWS::SQS::Queue");
    }
}

#[test]
fn updates_can_reserve_concurrency_of_their_own() {
    let template = document("template.yaml");
    let others = &template["Globals"]["Function"]["ReservedConcurrentExecutions"];
    let of = |function: &str| &template["Resources"][function]["Properties"]["ReservedConcurrentExecutions"];
    let updates = of("UpdateStatusFunction");
    for other in ["UpdateDeadlineFunction", "WebUpdateFunction"] {
        assert_eq!(of(other), updates, "{other}");
    }
    for (each, own, expected) in [
        ("", "", [None, None]),
        ("5", "", [Some("5"), Some("5")]),
        ("", "9", [None, Some("9")]),
        ("5", "9", [Some("5"), Some("9")]),
    ] {
        let stack =
            Stack::with(&[("ReservedConcurrency", each), ("UpdateReservedConcurrency", own)]);
        let found = [others, updates].map(|reserved| stack.evaluate(reserved));
        assert_eq!(found, expected.map(|number| number.map(Value::from)));
    }
}

/// Data events: every read and write of an item, whoever makes it. Of sessions and recent changes only writes, since
/// every page reads a session, and every follower polls.
#[test]
fn a_trail_records_calls_to_every_table_if_there_is_a_bucket() {
    assert_eq!(Stack::with(&[]).properties("Trail"), None);
    let trail = Stack::with(&[("TrailBucket", "a-bucket")]).properties("Trail").expect("a trail");
    assert_eq!(
        [&trail["S3BucketName"], &trail["IsLogging"], &trail["EnableLogFileValidation"]],
        [&json!("a-bucket"), &json!(true), &json!(true)]
    );
    let template = document("template.yaml");
    let resources = template["Resources"].as_object().expect("resources");
    let tables = resources.iter().filter(|(_, one)| one["Type"] == "AWS::DynamoDB::Table");
    let tables: Vec<_> = tables.map(|(id, _)| json!({"Fn::GetAtt": [id, "Arn"]})).collect();
    let mut recorded = trail["AdvancedEventSelectors"].clone();
    let [mut named, written] = [0, 1].map(|at| {
        let named = recorded[at]["FieldSelectors"][2]["Equals"].take();
        named.as_array().cloned().expect("tables")
    });
    let expected = ["SessionsTable", "ChangesTable"];
    assert_eq!(written, expected.map(|table| json!({"Fn::GetAtt": [table, "Arn"]})));
    named.extend(written);
    named.sort_unstable_by_key(Value::to_string);
    assert_eq!(named, tables);
    let of_tables = [
        json!({"Field": "eventCategory", "Equals": ["Data"]}),
        json!({"Field": "resources.type", "Equals": ["AWS::DynamoDB::Table"]}),
        json!({"Field": "resources.ARN", "Equals": null}),
    ];
    let writes = [&of_tables[..], &[json!({"Field": "readOnly", "Equals": ["false"]})]].concat();
    assert_eq!(
        recorded,
        json!([
            {"Name": "tables", "FieldSelectors": of_tables},
            {"Name": "sessions-and-changes", "FieldSelectors": writes},
        ])
    );
}
