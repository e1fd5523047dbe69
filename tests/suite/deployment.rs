//! What template.yaml gives each function, settings and rights, is what the function needs; and what the
//! gateway verifies tokens by.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use shared::{config::Environment, platform};

use crate::{
    harness::{client, document},
    story::{FUNCTIONS, logical_id},
};

/// The variables that template.yaml gives a function, with values that could stand there.
fn variables(function: &str) -> HashMap<String, String> {
    let template = document("template.yaml");
    let common = &template["Globals"]["Function"]["Environment"]["Variables"];
    let own =
        &template["Resources"][logical_id(function)]["Properties"]["Environment"]["Variables"];
    let all = [common, own].into_iter().filter_map(Value::as_object).flatten();
    all.map(|(name, value)| {
        // Of two, the one where an issuer is there already
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
    let mut environment: Environment = variables.into_iter().collect();
    let client = client();
    let built = match function {
        "api-docs" => api_docs::Deps::read(&mut environment, &client).map(drop),
        "health" => health::Deps::read(&mut environment, &client).map(drop),
        "get-status" => get_status::Deps::read(&mut environment, &client).map(drop),
        "list-services" => list_services::Deps::read(&mut environment, &client).map(drop),
        "status-history" => status_history::Deps::read(&mut environment, &client).map(drop),
        "reset-expired" => reset_expired::Deps::read(&mut environment, &client).map(drop),
        _ => update_status::Deps::read(&mut environment, &client).map(drop),
    };
    let settings = platform::Settings::read(&mut environment);
    environment.finish(settings.zip(built)).is_ok()
}

#[test]
fn every_function_is_given_the_settings_it_demands_and_no_others() {
    for function in FUNCTIONS {
        let mut all = variables(function);
        // Lambda sets it.
        all.insert("AWS_REGION".to_owned(), "eu-west-2".to_owned());
        assert!(starts(function, all.clone()), "{function}: {all:?}");
        for name in all.keys() {
            let mut others = all.clone();
            others.remove(name);
            assert!(!starts(function, others), "{function} does without {name}");
        }
    }
}

/// DynamoDB's actions that a function is granted on a table, by function.
fn granted(table: &str) -> BTreeMap<String, BTreeSet<String>> {
    let template = document("template.yaml");
    let mut granted = BTreeMap::new();
    for function in FUNCTIONS {
        let policies = &template["Resources"][logical_id(function)]["Properties"]["Policies"];
        let statements = policies.as_array().into_iter().flatten();
        for statement in statements.flat_map(|policy| policy["Statement"].as_array()).flatten() {
            assert_eq!(statement["Effect"], "Allow");
            let listed = |value: &Value| match value {
                Value::Array(several) => several.clone(),
                one => vec![one.clone()],
            };
            let resources = listed(&statement["Resource"]);
            assert!(resources.iter().all(Value::is_object), "{function}: {resources:?}");
            if !resources.iter().any(|resource| resource.to_string().contains(table)) {
                continue;
            }
            let actions = listed(&statement["Action"]);
            let actions = actions.iter().map(|action| action.as_str().expect("an action"));
            let own: &mut BTreeSet<String> = granted.entry(function.to_owned()).or_default();
            own.extend(actions.map(str::to_owned));
        }
    }
    granted
}

/// History is only ever added to; each put is conditional on absence (`store`, `updating`).
#[test]
fn nothing_may_change_or_delete_history() {
    let set = |actions: &[&str]| -> BTreeSet<String> {
        actions.iter().map(|action| format!("dynamodb:{action}")).collect()
    };
    let expected = [
        ("health", set(&["GetItem"])),
        ("reset-expired", set(&["PutItem"])),
        ("status-history", set(&["Query"])),
        ("update-status", set(&["GetItem", "PutItem"])),
    ];
    let expected = expected.map(|(function, actions)| (function.to_owned(), actions));
    assert_eq!(granted("StatusHistoryTable"), BTreeMap::from(expected));
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

/// What API Gateway verifies tokens by, in front of every function.
#[test]
fn the_authorizer_takes_the_pools_tokens_or_those_of_the_issuer_that_was_given() {
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
