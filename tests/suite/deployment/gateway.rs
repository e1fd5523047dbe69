//! Checks the gateway in template.yaml and openapi.yaml: tokens, limits, log, address.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{Stack, document};

/// Otherwise it leaves out routes and the authorizer that it cannot make, and succeeds.
#[test]
fn an_import_with_a_warning_fails() {
    let api = &document("template.yaml")["Resources"]["Api"]["Properties"];
    assert_eq!(api["FailOnWarnings"], true);
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

/// Route keys of openapi.yaml, and whether they need no token.
fn routes() -> BTreeMap<String, bool> {
    let document = document("openapi.yaml");
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (name, operation) in item.as_object().expect("a path") {
            let method = match name.as_str() {
                "parameters" => continue,
                "x-amazon-apigateway-any-method" => "ANY".to_owned(),
                name => name.to_uppercase(),
            };
            let key =
                if path == "/$default" { "$default".into() } else { format!("{method} {path}") };
            let is_public = operation["security"].as_array().is_none_or(Vec::is_empty);
            found.insert(key, is_public);
        }
    }
    found
}

/// Without a limit of its own, anybody could use up what is there for those who have a token, and lists
/// what is there for single services. Pages that read statuses need a session, not a token. API Gateway refuses a limit of a route that does not exist.
#[test]
fn each_public_route_each_list_and_each_page_has_a_limit_of_its_own() {
    let limit = |name: &str| {
        let rate = json!({"Ref": format!("{name}ThrottleRate")});
        let burst = json!({"Ref": format!("{name}ThrottleBurst")});
        json!({"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst})
    };
    let changes = ["/changes", "/web/board/{id}/changes"];
    let lists = [
        "/changes",
        "/services",
        "/services/{id}/capacitystatus/history",
        "/services/{id}/summary",
        "/services/{id}/statistics",
    ];
    let lists = ["GET", "HEAD"].map(|method| lists.map(|path| format!("{method} {path}"))).concat();
    let statuses =
        ["/web/mine", "/web/board/{id}", "/web/board/{id}/summary", "/web/services/{id}"];
    let own = routes().into_iter().filter_map(|(route, is_public)| {
        let name = match route.split_once(' ') {
            Some(("GET" | "HEAD", path)) if changes.contains(&path) => "Changes",
            Some(("GET" | "HEAD" | "POST", path)) if statuses.contains(&path) => "Web",
            _ if is_public => "Public",
            _ => "List",
        };
        (is_public || lists.contains(&route)).then(|| (route, limit(name)))
    });
    let expected: BTreeMap<_, _> = own.collect();
    assert!(lists.iter().all(|list| expected.contains_key(list)));
    let api = &document("template.yaml")["Resources"]["Api"]["Properties"];
    let found = api["RouteSettings"].as_object().expect("settings").clone();
    assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), expected);
    assert_eq!(api["DefaultRouteSettings"], limit(""));
}

/// API Gateway puts values into the log's format as they are. With a quotation mark, a caller could
/// write the fields after the own one, or hide the line from queries.
#[test]
fn the_access_log_has_no_field_that_a_caller_writes() {
    let written_by_aws_or_the_issuer = [
        "requestTimeEpoch",
        "requestId",
        "integration.requestId",
        // Of a token that the authorizer has verified.
        "authorizer.claims.sub",
        // Of the connection, not of a header.
        "identity.sourceIp",
        // As in openapi.yaml, with `{id}`.
        "routeKey",
        "status",
        "responseLength",
        "responseLatency",
        "integrationLatency",
        "integrationStatus",
        // About API Gateway's call of Lambda.
        "integrationErrorMessage",
        // One of API Gateway's types of answers.
        "error.responseType",
    ];
    let api = &document("template.yaml")["Resources"]["Api"]["Properties"];
    let format = api["AccessLogSettings"]["Format"].as_str().expect("a format");
    let fields: BTreeMap<String, String> = serde_json::from_str(format).expect("JSON of texts");
    for (field, value) in fields {
        let variable = value.strip_prefix("$context.");
        let is_safe = variable.is_some_and(|name| written_by_aws_or_the_issuer.contains(&name));
        assert!(is_safe, "{field}: {value}");
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

/// Nobody gets past what guards the domain, such as client certificates.
#[test]
fn with_a_domain_the_default_address_is_closed() {
    let server = &document("openapi.yaml")["servers"][0];
    let endpoint = &server["x-amazon-apigateway-endpoint-configuration"];
    for (domain, truststore, closed) in [
        ("", "", false),
        ("api.example.org", "", true),
        ("api.example.org", "s3://bucket/authorities.pem", true),
    ] {
        let stack = Stack::with(&[("DomainName", domain), ("TruststoreUri", truststore)]);
        assert_eq!(stack.evaluate(endpoint), Some(json!({"disableExecuteApiEndpoint": closed})));
        let certificates = stack
            .properties("Domain")
            .map(|domain| domain["MutualTlsAuthentication"]["TruststoreUri"].clone());
        let expected = (!domain.is_empty()).then(|| match truststore {
            "" => Value::Null,
            uri => uri.into(),
        });
        assert_eq!(certificates, expected);
    }
}
