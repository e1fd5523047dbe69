//! Servers in the engine's place. They run until the test ends.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};

use crate::harness::{direct, endpoint};

/// How an operation is refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    pub(super) operation: &'static str,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

/// Starts a server that forwards to the engine, but refuses one operation. Returns its endpoint.
pub(super) async fn refusing(refusal: Refusal) -> String {
    refusing_after(0, refusal).await
}

/// As [`refusing`], but the first ones pass.
pub(super) async fn refusing_after(passed: i64, refusal: Refusal) -> String {
    let state = (direct(), refusal, Arc::new(AtomicI64::new(passed)));
    serve(Router::new().fallback(answer).with_state(state)).await
}

/// Starts a server that is not DynamoDB.
pub(super) async fn other_server() -> String {
    serve(Router::new().fallback(async || (StatusCode::BAD_REQUEST, "who is this?"))).await
}

/// Starts a server that closes each connection without an answer.
pub(super) async fn closing() -> String {
    let (listener, endpoint) = listen().await;
    tokio::spawn(async move {
        loop {
            drop(listener.accept().await.expect("a connection"));
        }
    });
    endpoint
}

async fn serve(router: Router) -> String {
    let (listener, endpoint) = listen().await;
    tokio::spawn(async move { axum::serve(listener, router).await });
    endpoint
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, endpoint)
}

/// Starts a server that forwards to the engine, and before each of these operations sends another client's update.
pub(super) async fn overtaking(operation: &'static str, update: UpdateItemFluentBuilder) -> String {
    let other = move || {
        let update = update.clone();
        async move { drop(update.send().await.expect("an update")) }
    };
    overtaking_by(operation, other).await
}

/// As [`overtaking`], but what the other client does is up to the test.
pub(super) async fn overtaking_by<F: Future<Output = ()> + Send>(
    operation: &'static str,
    other: impl Fn() -> F + Clone + Send + Sync + 'static,
) -> String {
    let client = direct();
    let router = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        if is(operation, &headers) {
            other().await;
        }
        forward(&client, headers, body).await
    });
    serve(router).await
}

/// Starts a server that forwards to the engine, and notifies before each of these operations.
pub(super) async fn noticing(operation: &'static str) -> (String, Arc<Notify>) {
    let (client, noticed) = (direct(), Arc::new(Notify::new()));
    let notify = Arc::clone(&noticed);
    let router = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        if is(operation, &headers) {
            notify.notify_one();
        }
        forward(&client, headers, body).await
    });
    (serve(router).await, noticed)
}

/// The operations that a server was asked for, with the bodies.
pub(super) type Recorded = Arc<Mutex<Vec<(String, Value)>>>;

/// Starts a server that forwards to the engine, and records what it is asked for.
pub(super) async fn recording() -> (String, Recorded) {
    let (client, recorded) = (direct(), Recorded::default());
    let record = Arc::clone(&recorded);
    let router = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        let asked = serde_json::from_slice(&body).expect("JSON");
        record.lock().expect("no panic while held").push((operation(&headers).to_owned(), asked));
        forward(&client, headers, body).await
    });
    (serve(router).await, recorded)
}

/// Starts a server that forwards to the engine, but says whose credentials these are as AWS does; without an ARN it
/// does not know them.
pub(super) async fn identifying(arn: Option<&'static str>) -> String {
    let client = direct();
    let router = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        if body.starts_with(b"Action=GetCallerIdentity") {
            caller_identity(arn)
        } else {
            forward(&client, headers, body).await
        }
    });
    serve(router).await
}

fn caller_identity(arn: Option<&str>) -> Response {
    let namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
    match arn {
        Some(arn) => format!(
            "<GetCallerIdentityResponse xmlns=\"{namespace}\"><GetCallerIdentityResult><Arn>{arn}</Arn>\
             <UserId>AROA:ann</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>"
        )
        .into_response(),
        None => {
            let body = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type>\
                 <Code>InvalidClientTokenId</Code><Message>The security token is invalid.</Message></Error>\
                 </ErrorResponse>"
            );
            (StatusCode::FORBIDDEN, body).into_response()
        }
    }
}

/// Starts a server that forwards to the engine, each transaction twice and the second time as another one. It gives the
/// second answer.
pub(super) async fn repeating() -> String {
    let client = direct();
    let router = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        if !is("TransactWriteItems", &headers) {
            return forward(&client, headers, body).await;
        }
        let request: Value = serde_json::from_slice(&body).expect("JSON");
        let token = request["ClientRequestToken"].as_str().expect("a token");
        let other: String = token.chars().rev().collect();
        let text = std::str::from_utf8(&body).expect("UTF-8").replace(token, &other);
        forward(&client, headers.clone(), body).await;
        forward(&client, headers, text.into()).await
    });
    serve(router).await
}

async fn answer(
    State((client, refusal, passed)): State<(reqwest::Client, Refusal, Arc<AtomicI64>)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if is(refusal.operation, &headers) && passed.fetch_sub(1, Ordering::SeqCst) <= 0 {
        let kind = format!("com.amazonaws.dynamodb.v20120810#{}", refusal.code);
        let body = json!({"__type": kind, "message": refusal.message});
        return (StatusCode::BAD_REQUEST, body.to_string()).into_response();
    }
    forward(&client, headers, body).await
}

/// Whether a request asks for this operation.
fn is(name: &str, headers: &HeaderMap) -> bool {
    operation(headers) == name
}

fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    target.and_then(|target| target.split('.').next_back()).unwrap_or_default()
}

async fn forward(client: &reqwest::Client, headers: HeaderMap, body: Bytes) -> Response {
    let sent = client.post(endpoint()).headers(headers).body(body).send().await;
    let answer = sent.expect("the engine answers");
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.expect("an answer");
    (status, headers, body).into_response()
}
