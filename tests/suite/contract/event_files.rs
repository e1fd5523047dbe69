//! The files in events/: the answer to each in gateway mode on the sample directory.

use std::{collections::BTreeSet, fs};

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use local_stack::schedule;
use serde_json::value::RawValue;
use shared::{http::dispatch, runtime::warm_up};

use crate::harness::{App, Contract, FUNCTIONS, Reply, root, sample_app};

/// Function, case, expected status, and the problem's code where there is one.
pub(crate) const EXPECTED: [(&str, &str, u16, &str); 42] = [
    ("api-docs", "no-such-file", 404, "PATH_NOT_FOUND"),
    ("api-docs", "the-document", 200, ""),
    ("api-docs", "the-page", 200, ""),
    ("api-docs", "the-style-sheet", 200, ""),
    ("get-status", "a-reader-reads-a-status", 200, ""),
    ("get-status", "a-token-without-the-read-scope", 403, "SCOPE_MISSING"),
    ("get-status", "an-id-that-is-no-id", 404, "SERVICE_NOT_FOUND"),
    ("get-status", "an-inactive-service", 404, "SERVICE_NOT_FOUND"),
    ("get-status", "an-inactive-user", 401, "USER_INACTIVE"),
    ("get-status", "an-unknown-service", 404, "SERVICE_NOT_FOUND"),
    ("get-status", "an-unknown-user", 401, "USER_UNKNOWN"),
    ("get-status", "no-claims", 401, "UNAUTHENTICATED"),
    ("get-status", "trailing-slash", 200, ""),
    ("health", "a-method-that-is-not-taken", 405, "METHOD_NOT_ALLOWED"),
    ("health", "an-unknown-path", 404, "PATH_NOT_FOUND"),
    ("health", "ping", 200, ""),
    ("health", "status", 200, ""),
    ("list-services", "a-region", 200, ""),
    ("list-services", "an-altered-cursor", 400, "INVALID_CURSOR"),
    ("list-services", "an-unknown-parameter", 400, "INVALID_QUERY"),
    ("list-services", "red-or-amber", 200, ""),
    ("list-services", "the-family-of-a-provider", 200, ""),
    ("list-services", "the-first-page", 200, ""),
    ("list-services", "three-by-id", 200, ""),
    ("status-history", "a-day", 200, ""),
    ("status-history", "an-altered-cursor", 400, "INVALID_CURSOR"),
    ("status-history", "at-a-time", 200, ""),
    ("status-history", "no-time", 400, "INVALID_QUERY"),
    ("status-history", "the-changes", 200, ""),
    ("update-status", "a-bad-idempotency-key", 400, "INVALID_IDEMPOTENCY_KEY"),
    ("update-status", "a-base64-body", 200, ""),
    ("update-status", "a-reader-may-not-update", 403, "NOT_PERMITTED"),
    ("update-status", "a-stale-if-match", 412, "PRECONDITION_FAILED"),
    ("update-status", "an-editor-elsewhere", 403, "NOT_PERMITTED"),
    ("update-status", "an-editor-sets-green", 200, ""),
    ("update-status", "an-editor-sets-red", 200, ""),
    ("update-status", "an-idempotency-key", 200, ""),
    ("update-status", "another-content-type", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("update-status", "every-field-wrong", 400, "VALIDATION_FAILED"),
    ("update-status", "not-json", 400, "MALFORMED_BODY"),
    ("update-status", "patch-is-not-allowed", 405, "METHOD_NOT_ALLOWED"),
    ("update-status", "trailing-slash", 200, ""),
];

#[tokio::test]
async fn every_event_file_has_the_answer_that_its_name_says() {
    let app = sample_app().await;
    for (function, case, status, code) in EXPECTED {
        let reply = send(&app, function, case).await;
        assert_eq!(reply.status.as_u16(), status, "{function}/{case}: {}", reply.body);
        let found = reply.body.get("code").and_then(serde_json::Value::as_str);
        assert_eq!(found.unwrap_or(""), code, "{function}/{case}");
    }
}

#[test]
fn every_event_file_is_expected() {
    let mut files = BTreeSet::new();
    for function in fs::read_dir(root().join("events")).expect("events") {
        let function = function.expect("a folder");
        if function.file_name() == schedule::FUNCTION {
            continue;
        }
        for file in fs::read_dir(function.path()).expect("cases") {
            let case = file.expect("a file").path();
            let name = case.file_stem().expect("a name").to_string_lossy().into_owned();
            files.insert((function.file_name().to_string_lossy().into_owned(), name));
        }
    }
    let expected = EXPECTED.map(|(function, case, ..)| (function.to_owned(), case.to_owned()));
    assert_eq!(files, BTreeSet::from(expected));
}

/// See docs/adr/0011.
#[tokio::test]
async fn the_warm_up_request_of_an_unknown_user_is_refused_on_the_functions_own_route() {
    let app = sample_app().await;
    let endpoints = [
        api_docs::ENDPOINT,
        get_status::ENDPOINT,
        health::ENDPOINT,
        list_services::ENDPOINT,
        status_history::ENDPOINT,
        update_status::ENDPOINT,
    ];
    assert_eq!(endpoints.len() + 1, FUNCTIONS.len(), "all but {}", schedule::FUNCTION);
    for endpoint in endpoints {
        let function = endpoint.function;
        let reply = reply(&app, function, &warm_up::event(&endpoint).to_string()).await;
        match function {
            "api-docs" | "health" => {
                assert_eq!(reply.status.as_u16(), 200, "{function}: {}", reply.body)
            }
            _ => assert_eq!(reply.refused(401), "USER_UNKNOWN", "{function}"),
        }
    }
}

async fn send(app: &App, function: &str, case: &str) -> Reply {
    let file = root().join("events").join(function).join(format!("{case}.json"));
    reply(app, function, &fs::read_to_string(file).expect("an event")).await
}

async fn reply(app: &App, function: &str, text: &str) -> Reply {
    let event: &RawValue = serde_json::from_str(text).expect("JSON");
    let read: ApiGatewayV2httpRequest = serde_json::from_str(text).expect("an event");
    let route = read.route_key.expect("a route key");
    let (method, path) = route.split_once(' ').unwrap_or(("ANY", "/$default"));
    let answered = dispatch(event, async |it| match function {
        "api-docs" => api_docs::handle(&app.api_docs, it).await,
        "health" => health::handle(&app.health, it).await,
        "get-status" => get_status::handle(&app.get_status, it).await,
        "list-services" => list_services::handle(&app.list_services, it).await,
        "status-history" => status_history::handle(&app.status_history, it).await,
        _ => update_status::handle(&app.update_status, it).await,
    });
    let reply = Reply::from(answered.await.expect("an event"));
    Contract::of_this_repository().check(method, path, &reply);
    reply
}
