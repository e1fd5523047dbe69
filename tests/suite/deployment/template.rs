//! Checks what template.yaml gives each function, the infrastructure around the functions, and how
//! the gateway verifies tokens. For permissions, see `iam_roles`.

use std::collections::HashMap;

use local_stack::schedule;
use serde_json::{Value, json};
use shared::runtime::Environment;

use crate::harness::{FUNCTIONS, document, has_settings, logical_id, root};

/// Has no meaning to a function. A new value makes SAM and Lambda publish a version.
const SETTINGS_REVISION: &str = "SETTINGS_REVISION";

/// The variables that template.yaml gives a function, with possible values.
fn variables(function: &str) -> HashMap<String, String> {
    let template = document("template.yaml");
    let common = &template["Globals"]["Function"]["Environment"]["Variables"];
    let own =
        &template["Resources"][logical_id(function)]["Properties"]["Environment"]["Variables"];
    let all = [common, own].into_iter().filter_map(Value::as_object).flatten();
    all.map(|(name, value)| {
        // With two branches, the one for an existing issuer.
        let value = value.get("Fn::If").map_or(value, |branches| &branches[2]);
        let parameter = value["Ref"].as_str().map(|name| &template["Parameters"][name]["Default"]);
        let value = value.as_str().map(str::to_owned).unwrap_or_else(|| match parameter {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::String(text)) => text.clone(),
            _ => "a-table".to_owned(),
        });
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
        for name in all.keys().filter(|name| *name != SETTINGS_REVISION) {
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
    assert_eq!(field["default"], default);
    assert_eq!([&field["oneOf"][0]["minimum"], &field["oneOf"][0]["maximum"]], [&min, &max]);
    let notes = &openapi["components"]["schemas"]["StatusUpdate"]["properties"]["notes"];
    assert_eq!(notes["oneOf"][0]["maxLength"], 900);
}

/// How API Gateway verifies tokens in front of every function.
#[test]
fn the_authorizer_accepts_tokens_of_the_pool_or_of_the_given_issuer() {
    let document = document("openapi.yaml");
    let scheme = &document["components"]["securitySchemes"]["oauth2"];
    assert_eq!(
        (&scheme["type"], &scheme["x-amazon-apigateway-authorizer"]),
        (
            &json!("oauth2"),
            &json!({
                "type": "jwt",
                "identitySource": "$request.header.Authorization",
                "jwtConfiguration": {
                    "issuer": {"Fn::If": [
                        "CreateUserPool",
                        {"Fn::GetAtt": ["UserPool", "ProviderURL"]},
                        {"Ref": "JwtIssuer"},
                    ]},
                    "audience": {"Fn::Split": [",", {"Fn::If": [
                        "CreateUserPool",
                        {"Fn::Join": ["", [
                            {"Ref": "PeopleClient"},
                            ",",
                            {"Ref": "SystemClient"},
                            {"Fn::If": ["HasJwtAudience", {"Fn::Sub": ",${JwtAudience}"}, ""]},
                        ]]},
                        {"Ref": "JwtAudience"},
                    ]}]},
                },
            })
        )
    );
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

/// Lambda answers 429 when too many calls are running. `$context.integrationStatus` is Lambda's
/// status, not the function's: "Customize HTTP API access logs" in API Gateway's documentation.
#[test]
fn throttled_calls_are_counted_for_every_function() {
    let resources = &document("template.yaml")["Resources"];
    let filter = &resources["Throttles"]["Properties"];
    assert_eq!(filter["LogGroupName"], json!({"Ref": "AccessLog"}));
    assert_eq!(filter["FilterPattern"], "{ $.integration_status = \"429\" }");
    let log = resources["Api"]["Properties"]["AccessLogSettings"]["Format"].as_str();
    let log: Value = serde_json::from_str(log.expect("a format")).expect("JSON");
    assert_eq!(log["integration_status"], "$context.integrationStatus");
    let counted = &filter["MetricTransformations"][0];
    assert_eq!(counted["MetricValue"], "1");
    let metric =
        json!({"Namespace": counted["MetricNamespace"], "MetricName": counted["MetricName"]});
    let alarm = &resources["ThrottlesAlarm"]["Properties"]["Metrics"][0]["MetricStat"];
    assert_eq!(alarm["Metric"], metric);
}

/// The documentation and the outputs name the same address of the API.
#[test]
fn with_a_domain_the_documentation_and_the_outputs_name_it() {
    let template = document("template.yaml");
    let at = |path: &str| {
        let root = json!({"Fn::Sub": format!("https://${{DomainName}}{path}")});
        let below = json!({"Fn::Sub": format!("https://${{DomainName}}/${{BasePath}}{path}")});
        json!({"Fn::If": ["UseBasePath", below, root]})
    };
    let or = |address: Value, other: Value| json!({"Fn::If": ["UseDomain", address, other]});
    let docs = &template["Resources"]["ApiDocsFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(docs["PUBLIC_URL"], or(at(""), json!({"Ref": "PublicUrl"})));
    let outputs = &template["Outputs"];
    for (output, path) in [("ApiUrl", ""), ("DocsUrl", "/docs")] {
        let own = json!({"Fn::Sub": format!("${{Api.ApiEndpoint}}{path}")});
        assert_eq!(outputs[output]["Value"], or(at(path), own), "{output}");
    }
}

#[test]
fn mutual_tls_cannot_be_bypassed_at_the_default_endpoint() {
    let server = &document("openapi.yaml")["servers"][0];
    assert_eq!(
        server["x-amazon-apigateway-endpoint-configuration"],
        json!({"disableExecuteApiEndpoint": {"Fn::If": ["UseMutualTls", true, false]}})
    );
    let domain = &document("template.yaml")["Resources"]["Domain"]["Properties"];
    assert_eq!(domain["MutualTlsAuthentication"]["Fn::If"][0], "UseMutualTls");
}

#[test]
fn every_environment_sets_parameters_to_allowed_values() {
    let parameters = &document("template.yaml")["Parameters"];
    let text = std::fs::read_to_string(root().join("samconfig.toml")).expect("a file");
    let environments: toml::Table = text.parse().expect("TOML");
    for name in ["dev", "staging", "prod"] {
        let deploy = &environments[name]["deploy"]["parameters"];
        assert_eq!(deploy["stack_name"].as_str(), Some(format!("capacity-{name}").as_str()));
        let set = deploy["parameter_overrides"].as_array().expect("a list").iter();
        let commented = text.lines().filter_map(|line| line.trim().strip_prefix("# \""));
        let commented =
            commented.flat_map(|line| line.split('"')).filter(|part| part.contains('='));
        for setting in set.filter_map(toml::Value::as_str).chain(commented) {
            let (parameter, value) = setting.split_once('=').expect("a parameter and its value");
            assert!(parameters[parameter].is_object(), "{name}: {parameter}");
            let allowed = parameters[parameter]["AllowedValues"].as_array();
            let is_allowed = |one: &Value| one.to_string().trim_matches('"') == value;
            assert!(allowed.is_none_or(|all| all.iter().any(is_allowed)), "{name}: {setting}");
        }
    }
}

/// The console shows parameters in groups, and ungrouped ones below them.
#[test]
fn every_parameter_is_in_one_group() {
    let template = document("template.yaml");
    let groups = &template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let groups = groups.as_array().expect("groups").iter();
    let mut grouped: Vec<_> = groups
        .flat_map(|group| group["Parameters"].as_array().expect("parameters"))
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect();
    let mut all: Vec<_> =
        template["Parameters"].as_object().expect("parameters").keys().cloned().collect();
    grouped.sort_unstable();
    all.sort_unstable();
    assert_eq!(grouped, all);
}
