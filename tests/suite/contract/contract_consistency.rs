//! openapi.yaml, template.yaml, the local routes, the events and the functions agree.

use std::collections::{BTreeMap, BTreeSet};

use local_stack::{
    routes::{self, Route},
    schedule,
};
use serde_json::{Value, json};

use crate::harness::{Contract, FUNCTIONS, document, logical_id, root};

const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// The methods that reach a function: CONNECT is for proxies.
const METHODS: [&str; 8] = ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "POST", "TRACE"];

/// Method, path and function of every operation in openapi.yaml; `ANY` is for all other methods.
fn operations() -> BTreeSet<(String, String, String)> {
    let document = document("openapi.yaml");
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (name, operation) in item.as_object().expect("a path") {
            if name == "parameters" {
                continue;
            }
            let method = if name == ANY_METHOD { "ANY".to_owned() } else { name.to_uppercase() };
            assert!(method == "ANY" || METHODS.contains(&method.as_str()), "{method} {path}");
            let integration = &operation["x-amazon-apigateway-integration"];
            assert_eq!(integration["payloadFormatVersion"], "2.0", "{method} {path}");
            let function = Contract::of_this_repository().function(name, path);
            found.insert((method, path.clone(), function.to_owned()));
        }
    }
    found
}

#[test]
fn the_files_that_cargo_sync_writes_are_up_to_date() {
    let stale = sync::stale(&root()).expect("files").into_iter().map(|(file, _)| file);
    assert_eq!(stale.collect::<Vec<_>>(), [""; 0], "run `cargo sync`");
}

/// Unknown paths and methods go to health, which answers them without a token.
#[test]
fn every_other_method_and_path_is_refused_by_health() {
    let paths = &document("openapi.yaml")["paths"];
    for (path, item) in paths.as_object().expect("paths") {
        let other = &item[ANY_METHOD];
        assert_eq!(other["security"], Value::Null, "{path}");
        assert_eq!(other["isDefaultRoute"] == json!(true), path == "/$default", "{path}");
        let any = ("ANY".to_owned(), path.clone(), "health".to_owned());
        assert!(operations().contains(&any), "{path}");
    }
    assert_eq!(paths["/$default"].as_object().map(serde_json::Map::len), Some(1));
}

/// The gateway sends HEAD to the function of GET, by the same authorizer and scope.
#[test]
fn head_is_routed_as_get_on_every_path_that_has_get() {
    let paths = &document("openapi.yaml")["paths"];
    for (path, item) in paths.as_object().expect("paths") {
        let (get, head) = (&item["get"], &item["head"]);
        for member in ["security", "x-amazon-apigateway-integration", "deprecated", "tags"] {
            assert_eq!(head[member], get[member], "{path}: {member}");
        }
        assert_eq!(head.is_object(), get.is_object(), "{path}");
    }
}

/// `cargo lambda watch` has no catch-all route for methods, so every method is listed.
#[test]
fn the_local_routes_match_the_operations() {
    let config = std::fs::read_to_string(root().join("CargoLambda.toml")).expect("a file");
    let routes: BTreeSet<_> = routes::declared(&config).expect("routes").into_iter().collect();
    let all = operations();
    let mut expected = BTreeSet::new();
    let rest =
        |path: &str| Route { path: path.to_owned(), method: None, function: "health".to_owned() };
    for (_, path, other) in all.iter().filter(|(method, ..)| method == "ANY") {
        if path == "/$default" {
            expected.extend([rest("/"), rest("/{*rest}")]);
            continue;
        }
        for method in METHODS {
            let own = all.iter().find(|(known, at, _)| known == method && at == path);
            let function = own.map_or(other, |(.., function)| function);
            let route = |path: &str| Route {
                path: path.to_owned(),
                method: Some(method.to_owned()),
                function: function.clone(),
            };
            // The local router's variable is never empty, as the gateway's may be.
            match path.strip_suffix("{proxy+}") {
                Some(before) => {
                    expected.extend([route(before), route(&format!("{before}{{*proxy}}"))]);
                }
                None => expected.extend([route(path)]),
            }
        }
    }
    assert_eq!(routes, expected);
}

#[test]
fn every_function_is_deployed_and_may_be_called_by_the_gateway() {
    let template = document("template.yaml");
    let resources = template["Resources"].as_object().expect("resources");
    let of_type = |kind: &str| {
        resources
            .iter()
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.as_str(), resource))
            .collect::<BTreeMap<_, _>>()
    };
    let functions = of_type("AWS::Serverless::Function");
    let expected: BTreeSet<_> = FUNCTIONS.iter().map(|function| logical_id(function)).collect();
    assert_eq!(functions.keys().map(ToString::to_string).collect::<BTreeSet<_>>(), expected);
    for function in FUNCTIONS {
        let id = logical_id(function);
        assert_eq!(functions[id.as_str()]["Metadata"]["BuildProperties"]["Binary"], function);
        assert!(root().join("functions").join(function).join("src/main.rs").is_file());
    }
    let callers = of_type("AWS::Lambda::Permission")
        .into_values()
        .map(|permission| permission["Properties"]["FunctionName"].to_string());
    let callers: Vec<_> = callers.collect();
    for function in FUNCTIONS {
        let id = logical_id(function);
        let called = callers.iter().any(|caller| caller.contains(&id) && caller.contains(":live"));
        assert_eq!(called, function != schedule::FUNCTION, "{id}: {callers:?}");
    }
}

/// The gateway names stage, method and path of the route when it calls: `*/GET/services`.
#[test]
fn the_gateways_permissions_cover_every_route_of_a_function() {
    let template = document("template.yaml");
    let resources = template["Resources"].as_object().expect("resources").values();
    let permissions: Vec<_> = resources
        .filter(|resource| resource["Type"] == "AWS::Lambda::Permission")
        .map(|resource| &resource["Properties"])
        .collect();
    for (method, path, function) in operations() {
        let route = match path.as_str() {
            "/$default" => "$default/$default".to_owned(),
            path => format!("$default/{method}{path}"),
        };
        let alias = json!({"Fn::Sub": format!("${{{}.Arn}}:live", logical_id(&function))});
        let mut own = permissions.iter().filter(|permission| permission["FunctionName"] == alias);
        let covers = |permission: &&Value| {
            let pattern = permission["SourceArn"]["Fn::Sub"].as_str().expect("a pattern");
            let (api, routes) = pattern.split_once("${Api}/").expect("the API and its routes");
            assert_eq!(api, "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:");
            assert_eq!(permission["Action"], "lambda:InvokeFunction");
            matches(routes, &route)
        };
        assert!(own.any(covers), "the gateway may not call {function} for {route}");
    }
}

/// health refuses what others do not support, so the gateway calls it with every method.
#[test]
fn the_gateway_calls_no_function_with_a_method_that_it_does_not_support() {
    let template = document("template.yaml");
    let methods: BTreeSet<_> = operations().into_iter().map(|(method, ..)| method).collect();
    let resources = template["Resources"].as_object().expect("resources").values();
    for permission in resources.filter(|one| one["Type"] == "AWS::Lambda::Permission") {
        let alias = &permission["Properties"]["FunctionName"]["Fn::Sub"];
        let is_of = |name: &&&str| *alias == format!("${{{}.Arn}}:live", logical_id(name));
        let function = *FUNCTIONS.iter().find(is_of).expect("a function");
        if function == "health" {
            continue;
        }
        let pattern = permission["Properties"]["SourceArn"]["Fn::Sub"].as_str();
        let (_, routes) = pattern.and_then(|all| all.split_once("${Api}/")).expect("a pattern");
        let own = operations().into_iter().filter(|(.., called)| called == function);
        let supported: BTreeSet<_> = own.map(|(method, ..)| method).collect();
        for method in methods.difference(&supported) {
            let (_, at) = routes.split_once('/').expect("a stage and a method");
            let allowed = at.split_once('/').map_or(at, |(allowed, _)| allowed);
            assert!(!matches(allowed, method), "{function}: {routes} allows {method}");
        }
    }
}

/// Whether a pattern, in which `*` matches anything, matches the whole text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().any(|(at, _)| matches(after, &rest[at..])) || matches(after, "")
        }),
    }
}

#[test]
fn the_schedule_calls_its_function_each_minute() {
    let function = &document("template.yaml")["Resources"][logical_id(schedule::FUNCTION)];
    let schedule = &function["Properties"]["Events"]["EachMinute"];
    assert_eq!(schedule["Type"], "ScheduleV2");
    assert_eq!(schedule["Properties"]["ScheduleExpression"], "rate(1 minute)");
}
