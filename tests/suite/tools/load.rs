//! `tools/load` imitates the gateway, an import and DynamoDB's metering: its events equal those in
//! `events/`, its rows those of an import, and its units those that the store reports.

use std::fs;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use capacityctl::{client::local_client, services};
use load::{
    capacity_proxy::CapacityProxy,
    event::{EventTemplate, GatewayRequest},
    gateway::FUNCTIONS,
    generated_directory::GeneratedDirectory,
    load_generator::LatencyResult,
    request_kind::RequestKind,
    seed,
};
use local_stack::engine::REGION;
use serde_json::{Value, json};
use shared::store::parse_service;

use crate::harness::{client, endpoint, fresh_tables, root};

/// Events of requests that the gateway accepts, with the function that answers them.
const CASES: [(&str, &str); 12] = [
    ("get-status", "a-reader-reads-a-status"),
    ("get-status", "an-id-that-is-no-id"),
    ("get-status", "an-unknown-user"),
    ("list-services", "red-or-amber"),
    ("list-services", "the-family-of-a-provider"),
    ("list-services", "the-first-page"),
    ("update-deadline", "a-stale-if-match"),
    ("update-deadline", "an-editor-moves-the-deadline"),
    ("update-deadline", "an-idempotency-key"),
    ("update-status", "a-stale-if-match"),
    ("update-status", "an-editor-sets-red"),
    ("update-status", "an-idempotency-key"),
];

/// The parts of an event that belong to one token or one moment.
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

/// The headers that the gateway adds to a client's.
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
        let made =
            EventTemplate::read(&root(), modelled_on).expect("a pattern").event(&GatewayRequest {
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
    let directory = GeneratedDirectory { size: 400 };
    seed::seed_tables(&client, &tables, directory).await.expect("filled");
    let rows: Vec<_> = (0..directory.size).filter_map(|number| directory.row(number)).collect();
    let written = services::import_rows(&client, &tables.services, rows).await.expect("imported");
    assert_eq!(json!(written)["unchanged"], 400, "{written}");
    let levels = (0..directory.size).map(|number| {
        let item = directory.item(number).expect("a row");
        parse_service(item).expect("a service").details.path.ancestors().len()
    });
    let mut at = [0; 4];
    levels.for_each(|level| at[level] += 1);
    assert_eq!(at, [7, 42, 114, 237]);
}

/// A transaction writes a service of less than a kilobyte, which is a new row in two indexes. Then
/// the row is read with and without strong consistency.
#[tokio::test]
async fn the_capacity_proxy_adds_up_units_by_table_and_index() {
    let tables = fresh_tables(&client()).await;
    let proxy = CapacityProxy::start(&endpoint()).expect("a proxy");
    let client = local_client(&proxy.url, REGION);
    let mut item = GeneratedDirectory { size: 100 }.item(99).expect("a row");
    let number = |number: u64| AttributeValue::N(number.to_string());
    item.extend([("resetShard".to_owned(), number(3)), ("resetDateTime".to_owned(), number(9))]);
    let id = item["id"].clone();
    let put = Put::builder().table_name(&tables.services).set_item(Some(item)).build();
    let put = TransactWriteItem::builder().put(put.expect("a put")).build();
    client.transact_write_items().transact_items(put).send().await.expect("stored");
    for consistent in [true, false] {
        let get = client.get_item().table_name(&tables.services).key("id", id.clone());
        get.consistent_read(consistent).send().await.expect("read");
    }
    let consumed = proxy.take_consumed();
    let (services, index) = (&tables.services, |name| format!("{}/{name}", tables.services));
    assert_eq!(json!(consumed.calls), json!({"GetItem": 2, "TransactWriteItems": 1}));
    assert_eq!(json!(consumed.read), json!({(services): 1.5}));
    let written =
        json!({(services): 2.0, (index("hierarchy")): 1.0, (index("pending-reset")): 1.0});
    assert_eq!(json!(consumed.written), written);
    assert!(proxy.take_consumed().calls.is_empty(), "counted twice");
}

#[test]
fn a_load_run_passes_only_if_every_request_is_answered_correctly() {
    let of = |kind, statuses: &[(u16, u64)], errors: &[(&str, u64)]| LatencyResult {
        kind,
        requests: 10,
        statuses: statuses.iter().copied().collect(),
        errors: errors.iter().map(|(error, times)| ((*error).to_owned(), *times)).collect(),
        rate: 1.0,
        p50_ms: 1.0,
        p95_ms: 2.0,
        p99_ms: 3.0,
        max_ms: 301.0,
    };
    assert!(of(RequestKind::Get, &[(200, 10)], &[]).is_successful());
    assert!(of(RequestKind::Put, &[(200, 9), (409, 1)], &[]).is_successful());
    for wrong in [
        of(RequestKind::Get, &[(200, 9), (503, 1)], &[]),
        of(RequestKind::Get, &[(200, 9), (404, 1)], &[]),
        of(RequestKind::Get, &[(200, 9)], &[]),
        of(RequestKind::Get, &[(200, 10)], &[("timeout", 1)]),
        of(RequestKind::GetUnchanged, &[(304, 9), (200, 1)], &[]),
    ] {
        assert!(!wrong.is_successful(), "{wrong:?}");
    }
    let targets = [RequestKind::Get, RequestKind::Put, RequestKind::List]
        .map(|kind| of(kind, &[], &[]).meets_target());
    assert_eq!(targets, [Some(false), Some(true), None]);
}
