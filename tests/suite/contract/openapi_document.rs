//! openapi.yaml as a document: complete for readers, and with no unintended key for the gateway.
//!
//! Other tests check that it is true: `contract_consistency`, `schemas`, `permissions`, and the harness for
//! every answer of every test. The linters (`.ci/documents`) check that its examples are valid.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{document, open_values, published_path, root};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const PUT: &str = "/paths/~1services~1{id}~1capacitystatus/put";
const PUT_DEADLINE: &str = "/paths/~1services~1{id}~1capacitystatus~1deadline/put";

/// The fields of an object, or nothing if it is none.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The elements of an array, or nothing if it is none.
fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// Every operation, with its name for failures and the parameters of its path.
fn operations(document: &Value) -> Vec<(String, &Value, &Value)> {
    let mut found = Vec::new();
    for (path, item) in members(&document["paths"]) {
        for method in METHODS.into_iter().filter(|method| item[*method].is_object()) {
            found.push((format!("{method} {path}"), &item[method], &item["parameters"]));
        }
    }
    assert!(found.len() >= 8, "{found:?}");
    found
}

/// The value, or what its reference points to.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(target) => document.pointer(target.trim_start_matches('#')).expect("a component"),
        None => value,
    }
}

/// The responses of an operation by status.
fn responses<'a>(
    document: &'a Value,
    operation: &'a Value,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    members(&operation["responses"]).map(|(status, value)| (status, resolved(document, value)))
}

/// The examples of a body in one media type.
fn examples(media_type: &Value) -> impl Iterator<Item = &Value> {
    members(&media_type["examples"]).map(|(_, example)| &example["value"])
}

/// The names of all extension fields, at any depth.
fn extensions(value: &Value, found: &mut BTreeSet<String>) {
    found.extend(
        members(value).map(|(name, _)| name).filter(|name| name.starts_with("x-")).cloned(),
    );
    members(value).for_each(|(_, inner)| extensions(inner, found));
    elements(value).for_each(|inner| extensions(inner, found));
}

/// API Gateway acts on each of its own keys, and ignores features of other OpenAPI versions.
#[test]
fn the_gateway_gets_its_version_and_the_intended_extensions() {
    let document = document("openapi.yaml");
    assert_eq!(document["openapi"], "3.0.1");
    let mut found = BTreeSet::new();
    extensions(&document, &mut found);
    let meant = [
        "x-amazon-apigateway-any-method",
        "x-amazon-apigateway-authorizer",
        "x-amazon-apigateway-cors",
        "x-amazon-apigateway-endpoint-configuration",
        "x-amazon-apigateway-integration",
    ];
    assert_eq!(found, BTreeSet::from(meant.map(str::to_owned)));
}

#[test]
fn every_operation_is_described() {
    let document = document("openapi.yaml");
    for (name, operation, _) in operations(&document) {
        for member in ["operationId", "summary", "description"] {
            assert!(is_text(&operation[member]), "{name}: {member}");
        }
        assert!(elements(&operation["tags"]).any(is_text), "{name}: tags");
    }
}

/// The only security scheme. `permissions` checks which operation needs which scope.
#[test]
fn oauth2_is_the_only_security_scheme_and_each_scope_is_described() {
    let document = document("openapi.yaml");
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(members(schemes).map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["oauth2"]);
    assert_eq!(schemes["oauth2"]["type"], "oauth2");
    let mut needed = BTreeSet::new();
    for (name, operation, _) in operations(&document) {
        assert!(operation["security"].is_array(), "{name}: says nothing of security");
        for requirement in elements(&operation["security"]) {
            assert_eq!(members(requirement).count(), 1, "{name}");
            assert_eq!(elements(&requirement["oauth2"]).count(), 1, "{name}: one scope");
            needed.extend(elements(&requirement["oauth2"]).filter_map(Value::as_str));
        }
    }
    for (flow, value) in members(&schemes["oauth2"]["flows"]) {
        assert!(members(&value["scopes"]).all(|(_, text)| is_text(text)), "{flow}");
        let scopes: BTreeSet<_> =
            members(&value["scopes"]).map(|(name, _)| name.as_str()).collect();
        assert_eq!(scopes, needed, "{flow}");
    }
}

/// Whether a schema restricts a value beyond its type.
fn limited(document: &Value, schema: &Value) -> bool {
    let schema = resolved(document, schema);
    let has = |name: &str| !schema[name].is_null();
    match schema["type"].as_str() {
        Some("integer") => has("minimum"),
        Some("array") => has("minItems") && limited(document, &schema["items"]),
        _ => has("enum") || has("pattern") || has("maxLength"),
    }
}

#[test]
fn every_parameter_and_every_header_is_described_and_limited() {
    let document = document("openapi.yaml");
    for (name, operation, of_path) in operations(&document) {
        for parameter in elements(of_path).chain(elements(&operation["parameters"])) {
            let parameter = resolved(&document, parameter);
            assert!(is_text(&parameter["description"]), "{name}: {parameter}");
            // An invalid header is mostly ignored. The one that must be valid is limited.
            let tolerant = parameter["in"] == "header" && parameter["name"] != "Idempotency-Key";
            assert!(tolerant || limited(&document, &parameter["schema"]), "{name}: {parameter}");
        }
        for (status, response) in responses(&document, operation) {
            for (header, value) in members(&response["headers"]) {
                let value = resolved(&document, value);
                assert!(is_text(&value["description"]), "{name} {status} {header}");
                assert!(limited(&document, &value["schema"]), "{name} {status} {header}");
            }
        }
    }
}

#[test]
fn every_body_has_an_example_in_each_media_type() {
    let document = document("openapi.yaml");
    for (name, operation, _) in operations(&document) {
        let request = resolved(&document, &operation["requestBody"]);
        let answers = responses(&document, operation).map(|(_, response)| response);
        for (kind, media_type) in
            answers.chain([request]).flat_map(|body| members(&body["content"]))
        {
            assert!(examples(media_type).any(|value| !value.is_null()), "{name}: {kind}");
            let summaries =
                members(&media_type["examples"]).map(|(_, example)| &example["summary"]);
            assert!(summaries.into_iter().all(is_text), "{name}: {kind}: summaries");
        }
    }
}

#[test]
fn every_error_code_has_an_example_under_its_status() {
    let document = document("openapi.yaml");
    let problem = "application/problem+json";
    let mut shown = BTreeSet::new();
    for (name, operation, _) in operations(&document) {
        for (status, response) in responses(&document, operation) {
            for example in examples(&response["content"][problem]) {
                assert_eq!(example["status"].to_string(), *status, "{name}");
                shown.extend(example["code"].as_str());
            }
        }
    }
    let schemas = &document["components"]["schemas"];
    let listed = |schema: &str| {
        let codes = open_values(&schemas[schema]["properties"]["code"]).expect("codes");
        codes.into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(shown, listed("Problem"));

    let refused = |operation| {
        let refused = &document.pointer(operation).expect("an operation")["responses"]["400"];
        let refused = examples(&resolved(&document, refused)["content"][problem]);
        refused.flat_map(|example| elements(&example["errors"])).collect::<Vec<_>>()
    };
    let errors = [PUT, PUT_DEADLINE].into_iter().flat_map(refused);
    let shown: BTreeSet<_> = errors.filter_map(|error| error["code"].as_str()).collect();
    assert_eq!(shown, listed("FieldError"));
}

/// docs/changelog.md begins with this version, and docs/versioning.md lists what is deprecated.
#[test]
fn the_version_and_its_deprecations_are_documented() {
    let document = document("openapi.yaml");
    let text = |file| std::fs::read_to_string(root().join(file)).expect("a file");
    let (changelog, versioning) = (text("docs/changelog.md"), text("docs/versioning.md"));
    let newest = changelog.lines().find_map(|line| line.strip_prefix("## "));
    assert_eq!(newest, document["info"]["version"].as_str());
    for (name, operation, _) in operations(&document) {
        let (_, path) = name.split_once(' ').expect("a method and a path");
        let row = format!("| `{}`", published_path(path));
        let listed = versioning.lines().any(|line| line.starts_with(&row));
        assert_eq!(listed, operation["deprecated"] == true, "{name}");
    }
}
