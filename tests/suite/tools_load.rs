//! `tools/load` stands in for the gateway: its events are those of `events/`, and its rows those that an
//! import writes.

use std::fs;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use capacityctl::services;
use load::{
    directory::Directory,
    event::{Pattern, Received},
    fill,
    gateway::FUNCTIONS,
};
use serde_json::{Value, json};
use shared::store::service;

use crate::harness::{client, fresh_tables, root};

/// Events of requests that the gateway takes in, with the function that answers them.
const CASES: [(&str, &str); 9] = [
    ("get-status", "a-reader-reads-a-status"),
    ("get-status", "an-id-that-is-no-id"),
    ("get-status", "an-unknown-user"),
    ("list-services", "red-or-amber"),
    ("list-services", "the-family-of-a-provider"),
    ("list-services", "the-first-page"),
    ("update-status", "a-stale-if-match"),
    ("update-status", "an-editor-sets-red"),
    ("update-status", "an-idempotency-key"),
];

/// Where an event has what is of one token or one moment.
const OF_THE_MOMENT: [&str; 9] = [
    "/headers/x-amzn-trace-id",
    "/requestContext/requestId",
    "/requestContext/time",
    "/requestContext/timeEpoch",
    "/requestContext/authorizer/jwt/claims/auth_time",
    "/requestContext/authorizer/jwt/claims/exp",
    "/requestContext/authorizer/jwt/claims/iat",
    "/requestContext/authorizer/jwt/claims/jti",
    "/requestContext/authorizer/jwt/claims/origin_jti",
];

/// The headers that the gateway has added to a client's.
const ADDED: [&str; 4] =
    ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"];

fn headers(event: &Value) -> HeaderMap {
    let all = event["headers"].as_object().expect("headers");
    let own = all.iter().filter(|(name, _)| !ADDED.contains(&name.as_str()));
    let own = own.map(|(name, value)| {
        let value = HeaderValue::from_str(value.as_str().expect("a text")).expect("a value");
        (name.parse::<HeaderName>().expect("a name"), value)
    });
    own.collect()
}

fn without_the_moment(mut event: Value) -> Value {
    for pointer in OF_THE_MOMENT {
        let member = event.pointer_mut(pointer);
        *member.unwrap_or_else(|| panic!("{pointer}")) = Value::Null;
    }
    event
}

#[test]
fn the_load_gateway_makes_the_events_of_the_gateway() {
    for (function, case) in CASES {
        let file = root().join(format!("events/{function}/{case}.json"));
        let expected: Value =
            serde_json::from_slice(&fs::read(file).expect("an event")).expect("JSON");
        let (_, modelled_on) =
            FUNCTIONS.into_iter().find(|(name, _)| *name == function).expect("a function");
        let text = |pointer: &str| expected.pointer(pointer).and_then(Value::as_str);
        let made = Pattern::read(&root(), modelled_on).expect("a pattern").event(&Received {
            path: text("/rawPath").expect("a path"),
            query: text("/rawQueryString").expect("a query"),
            id: text("/pathParameters/id"),
            headers: &headers(&expected),
            subject: text("/requestContext/authorizer/jwt/claims/sub").expect("a subject"),
            body: text("/body").unwrap_or_default(),
            now: expected["requestContext"]["timeEpoch"].as_i64().expect("a time") / 1000,
        });
        assert_eq!(made["requestContext"]["time"], expected["requestContext"]["time"], "{case}");
        assert_eq!(without_the_moment(made), without_the_moment(expected), "{function}/{case}");
    }
}

#[tokio::test]
async fn the_load_directory_is_what_an_import_would_write() {
    let client = client();
    let tables = fresh_tables(&client).await;
    let directory = Directory { size: 400 };
    fill::fill(&client, &tables, directory).await.expect("filled");
    let rows: Vec<_> = (0..directory.size).filter_map(|number| directory.row(number)).collect();
    let written = services::import_rows(&client, &tables.services, rows).await.expect("imported");
    assert_eq!(json!(written)["unchanged"], 400, "{written}");
    let levels = (0..directory.size).map(|number| {
        let item = directory.item(number).expect("a row");
        service(item).expect("a service").directory.lineage.ancestors().len()
    });
    let mut at = [0; 4];
    levels.for_each(|level| at[level] += 1);
    assert_eq!(at, [7, 42, 114, 237]);
}
