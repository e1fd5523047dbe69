//! `tools/load` imitates the gateway, an import and DynamoDB's metering: its events equal those in
//! `events/`, its rows those of an import, and its units those that the store reports.

use std::{collections::BTreeMap, fs};

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header::COOKIE};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use capacityctl::{client::local_client, services};
use load::{
    capacity_proxy::CapacityProxy,
    event::{EventTemplate, GatewayRequest},
    gateway::FUNCTIONS,
    generated_directory::GeneratedDirectory,
    load_generator::LatencyResult,
    price::Dollars,
    request_kind::RequestKind,
    seed,
};
use local_stack::engine::REGION;
use serde_json::{Value, json};
use shared::store::parse_service;

use crate::harness::{client, endpoint, fresh_tables, root};

/// Events of requests that the gateway accepts, with the function that answers them.
const CASES: [(&str, &str); 20] = [
    ("get-status", "a-reader-reads-a-status"),
    ("get-status", "an-id-that-is-no-id"),
    ("get-status", "an-unknown-user"),
    ("list-changes", "a-beginning"),
    ("list-changes", "an-altered-cursor"),
    ("list-changes", "an-old-cursor"),
    ("list-services", "red-or-amber"),
    ("list-services", "the-family-of-a-provider"),
    ("list-services", "the-first-page"),
    ("update-deadline", "a-stale-if-match"),
    ("update-deadline", "an-editor-moves-the-deadline"),
    ("update-deadline", "an-idempotency-key"),
    ("update-status", "a-stale-if-match"),
    ("update-status", "an-editor-sets-red"),
    ("update-status", "an-idempotency-key"),
    ("web-board", "a-board-without-a-session"),
    ("web-board", "a-number-of-a-service"),
    ("web-board", "a-session-that-nobody-has"),
    ("web-update", "a-form-of-another-site"),
    ("web-update", "a-person-sets-red"),
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
    let cookies = event["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let cookies = cookies.collect::<Vec<_>>().join("; ");
    let cookies = HeaderValue::from_str(&cookies).expect("cookies");
    let cookies = (!cookies.is_empty()).then_some((COOKIE, cookies));
    own.chain(cookies).collect()
}

fn parameters(event: &Value) -> BTreeMap<String, String> {
    let all = event["pathParameters"].as_object().into_iter().flatten();
    all.map(|(name, value)| (name.clone(), value.as_str().expect("a text").to_owned())).collect()
}

fn body(event: &Value) -> Vec<u8> {
    let body = event["body"].as_str().unwrap_or_default();
    if event["isBase64Encoded"] == true {
        BASE64_STANDARD.decode(body).expect("base64")
    } else {
        body.as_bytes().to_vec()
    }
}

fn without_the_moment(mut event: Value) -> Value {
    for pointer in OF_THE_MOMENT {
        let is_page = event["requestContext"]["authorizer"].is_null();
        match event.pointer_mut(pointer) {
            Some(member) => *member = Value::Null,
            // A page's event has no token.
            None => assert!(is_page && pointer.contains("/claims/"), "{pointer}"),
        }
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
                route: text("/routeKey").expect("a route"),
                path: text("/rawPath").expect("a path"),
                query: text("/rawQueryString").expect("a query"),
                parameters: parameters(&expected),
                headers: &headers(&expected),
                subject: text("/requestContext/authorizer/jwt/claims/sub").unwrap_or_default(),
                body: &body(&expected),
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
    let written = services::import_rows(&services::Directory::new(&client, &tables), rows)
        .await
        .expect("imported");
    assert_eq!(json!(written)["unchanged"], 400, "{written}");
    let levels = (0..directory.size).map(|number| {
        let item = directory.item(number).expect("a row");
        parse_service(item).expect("a service").details.path.ancestors().len()
    });
    let mut at = [0; 4];
    levels.for_each(|level| at[level] += 1);
    assert_eq!(at, [7, 42, 114, 237]);
}

/// From 2,000 services on, `cargo load` reads boards of 200.
#[test]
fn every_region_of_the_load_directory_has_a_board_of_200_services() {
    let directory = GeneratedDirectory { size: 2000 };
    let mut sizes = BTreeMap::new();
    for number in 0..directory.size {
        let item = directory.item(number).expect("a row");
        let path = parse_service(item).expect("a service").details.path;
        *sizes.entry(path.root()).or_insert(0) += 1;
    }
    let regions = directory.regions().map(|region| sizes[&region]).collect::<Vec<_>>();
    assert_eq!(regions.len(), sizes.len());
    assert!(regions.iter().all(|size| *size >= 200), "{regions:?}");
}

/// The rows GET and PUT of docs/load.md, from their units, time and bytes.
#[test]
fn what_a_million_requests_cost_is_what_the_documents_say() {
    let total = |ms, read, written, bytes| {
        (Dollars::new(ms, read, written, bytes).total() * 100.0).round() / 100.0
    };
    assert_eq!(total(2.0, 1.5, 0.0, 211.0), 2.66);
    assert_eq!(total(4.8, 2.0, 7.33, 1023.0), 8.67);
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
        of(RequestKind::Board, &[(200, 9), (303, 1)], &[]),
    ] {
        assert!(!wrong.is_successful(), "{wrong:?}");
    }
    let targets = [RequestKind::Get, RequestKind::Put, RequestKind::Board, RequestKind::List]
        .map(|kind| of(kind, &[], &[]).meets_target());
    assert_eq!(targets, [Some(false), Some(true), Some(true), None]);
    let slow = LatencyResult { p95_ms: 150.1, ..of(RequestKind::Board, &[], &[]) };
    assert_eq!(slow.meets_target(), Some(false));
}
