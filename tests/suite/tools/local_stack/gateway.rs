//! The stack's own HTTP server changes nothing of requests and answers but what API Gateway changes too.

use std::{future::pending, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, Response, Uri},
};
use local_stack::{
    background::{Background, free_port},
    cors::Cors,
    gateway::{Gate, Gateway},
    log_files::LogFiles,
    output::Output,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::{sync::Notify, time::timeout};

use super::Folder;
use crate::harness::{direct, root};

pub(super) struct Servers {
    pub(super) url: String,
    gate: Arc<Gate>,
    _folder: Folder,
    _running: [Background; 2],
}

pub(super) fn servers(name: &str, upstream: Router) -> Servers {
    let listener = free_port().expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let running = Background::serve("upstream", listener, async |listener, stop| {
        let served = axum::serve(listener, upstream);
        served.with_graceful_shutdown(async move { drop(stop.await) }).await.expect("served");
    });
    let folder = Folder::new(name);
    // Prints no lines.
    let output = Output::new(true, LogFiles::start(&folder.0, 1000).expect("a log file"));
    let listener = free_port().expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let gate = Arc::<Gate>::default();
    let gateway = Gateway::new(&address, &gate, cors(), &Arc::new(output)).serve(listener);
    let running = [running.expect("a server"), gateway.expect("a gateway")];
    Servers { url, gate, _folder: folder, _running: running }
}

/// The configuration of this repository.
fn cors() -> Cors {
    let openapi = std::fs::read_to_string(root().join("openapi.yaml")).expect("a file");
    Cors::read(&openapi).expect("a configuration")
}

pub(super) fn without_redirects() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().expect("a client")
}

/// Answers with what arrived.
pub(super) async fn describe(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response<Body> {
    let header = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let request = json!({
        "method": method.as_str(),
        "uri": uri.to_string(),
        "host": header("host"),
        "accept": header("accept"),
        "x-odd": header("x-odd"),
        "keep-alive": header("keep-alive"),
        "body": body,
    });
    let response = match method {
        Method::HEAD => {
            let length = if uri.path() == "/unknown" { "0" } else { "17" };
            Response::builder().header("content-length", length).body(Body::empty())
        }
        _ => Response::builder()
            .status(308)
            .header("location", "../here")
            .header("keep-alive", "timeout=5")
            .body(Body::from(request.to_string())),
    };
    response.expect("a response")
}

#[tokio::test]
async fn a_request_and_its_answer_pass_unchanged() {
    let servers = servers("gateway", Router::new().fallback(describe));
    let client = without_redirects();
    let method: Method = "SEARCH".parse().expect("a method");
    let request = client.request(method, format!("{}/a%2Fb/?q=%C3%A9&q", servers.url));
    let request = request.header("x-odd", b"\xe9".as_slice()).header("keep-alive", "1");
    let response = request.body("{\"status\": \"RED\"}").send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(response.headers()["location"], "../here");
    assert_eq!(response.headers().get("keep-alive"), None, "it is about one connection");
    let body: Value =
        serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
    let host = servers.url.trim_start_matches("http://");
    let expected = json!({
        "method": "SEARCH", "uri": "/a%2Fb/?q=%C3%A9&q", "host": host, "accept": "*/*",
        "x-odd": "\u{fffd}", "keep-alive": null, "body": "{\"status\": \"RED\"}",
    });
    assert_eq!(body, expected);
}

/// As API Gateway does.
#[tokio::test]
async fn a_browsers_request_from_another_origin_may_read_the_answer() {
    let servers = servers("cors", Router::new().fallback(describe));
    let asked = async |method: Method, headers: &[(&str, &str)]| {
        let mut request = without_redirects().request(method, format!("{}/", servers.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        let headers = answer.headers().iter().map(|(name, value)| (name.as_str(), value));
        let added = headers.filter(|(name, _)| name.starts_with("access-control-"));
        let added = added.map(|(name, value)| (name.to_owned(), json!(value.to_str().ok())));
        added.collect::<serde_json::Map<_, _>>()
    };
    let (origin, preflight) =
        (("origin", "https://client.example.org"), ("access-control-request-method", "PUT"));
    assert_eq!(Value::from(asked(Method::OPTIONS, &[preflight]).await), json!({}));
    let shared = json!({
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "etag,idempotency-replayed,link,retry-after,www-authenticate,\
            x-correlation-id,x-request-id",
    });
    assert_eq!(Value::from(asked(Method::PUT, &[origin, preflight]).await), shared);
    assert_eq!(Value::from(asked(Method::OPTIONS, &[origin]).await), shared);
    let mut expected = shared;
    expected["access-control-allow-methods"] = "GET,HEAD,PUT".into();
    expected["access-control-allow-headers"] =
        "authorization,content-type,idempotency-key,if-match,\
        if-none-match,x-correlation-id,x-request-id"
            .into();
    expected["access-control-max-age"] = "600".into();
    assert_eq!(Value::from(asked(Method::OPTIONS, &[origin, preflight]).await), expected);
}

#[tokio::test]
async fn the_answer_to_head_has_the_length_of_the_body_that_it_leaves_out() {
    let servers = servers("head", Router::new().fallback(describe));
    let response = direct().head(format!("{}/", servers.url)).send().await.expect("an answer");
    assert_eq!(response.headers()["content-length"], "17");
    assert_eq!(response.bytes().await.expect("a body").len(), 0);
    // The emulator adds the length of a body that the function left out.
    let unknown = direct().head(format!("{}/unknown", servers.url)).send();
    assert_eq!(unknown.await.expect("an answer").headers().get("content-length"), None);
}

/// As API Gateway does.
#[tokio::test]
async fn the_values_of_a_repeated_header_are_joined() {
    let servers = servers("repeated", Router::new().fallback(describe));
    let request = without_redirects().get(format!("{}/", servers.url));
    let request = request.header("x-odd", "a").header("x-odd", "b,c").header("x-odd", "");
    let response = request.send().await.expect("an answer").bytes().await.expect("a body");
    let body: Value = serde_json::from_slice(&response).expect("JSON");
    assert_eq!(body["x-odd"], "a,b,c,");
}

/// The emulator takes bodies of `application/json` and `text/`, in lower case, and of no type for text.
#[tokio::test]
async fn a_body_that_is_no_text_has_a_type_that_the_emulator_takes_for_binary() {
    let upstream = async |headers: HeaderMap, body: Bytes| {
        let types: Vec<_> = headers.get_all("content-type").iter().collect();
        format!("{types:?} {body:?}")
    };
    let servers = servers("binary", Router::new().fallback(upstream));
    let arrives = async |content_type: Option<&str>, body: &'static [u8]| {
        let mut request = without_redirects().put(&servers.url).body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request.send().await.expect("an answer").text().await.expect("text")
    };
    let json = "application/json; a=B";
    assert_eq!(arrives(Some(json), b"{}").await, format!(r#"["{json}"] b"{{}}""#));
    assert_eq!(arrives(Some(json), b"\xe9").await, r#"["Application/json; a=B"] b"\xe9""#);
    assert_eq!(arrives(Some("text/plain"), b"\x1f\x8b").await, r#"["Text/plain"] b"\x1f\x8b""#);
    assert_eq!(arrives(None, b"\xff").await, r#"[""] b"\xff""#);
    assert_eq!(arrives(None, "é".as_bytes()).await, r#"[] b"\xc3\xa9""#);
}

#[tokio::test]
async fn without_an_emulator_the_answer_is_502() {
    let listener = free_port().expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let folder = Folder::new("no-emulator");
    let output = Output::new(true, LogFiles::start(&folder.0, 1000).expect("a log file"));
    let nowhere = free_port().expect("a port").local_addr().expect("an address");
    let nowhere = format!("http://{nowhere}");
    let gateway = Gateway::new(&nowhere, &Arc::default(), cors(), &Arc::new(output));
    let _running = gateway.serve(listener).expect("a gateway");
    let response = direct().get(url).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
}

/// So the stack knows when it can stop a function without losing a request.
#[tokio::test]
async fn a_request_holds_the_gate_until_it_is_answered() {
    let (arrived, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let upstream = {
        let (arrived, answer) = (Arc::clone(&arrived), Arc::clone(&answer));
        Router::new().fallback(async move || {
            arrived.notify_one();
            answer.notified().await;
        })
    };
    let servers = servers("gate", upstream);
    let response = tokio::spawn(direct().get(&servers.url).send());
    arrived.notified().await;
    let closed = async || timeout(Duration::ZERO, servers.gate.close()).await;
    assert!(closed().await.is_err(), "a request is on its way");
    answer.notify_one();
    assert_eq!(response.await.expect("no panic").expect("an answer").status(), StatusCode::OK);
    assert!(closed().await.is_ok(), "it is answered");
}

/// The emulator never answers for a process that is gone.
#[tokio::test]
async fn a_request_whose_process_ended_is_answered_with_502() {
    let arrived = Arc::new(Notify::new());
    let upstream = {
        let arrived = Arc::clone(&arrived);
        Router::new().fallback(async move || {
            arrived.notify_one();
            pending::<()>().await;
        })
    };
    let servers = servers("ended", upstream);
    let response = tokio::spawn(direct().get(&servers.url).send());
    arrived.notified().await;
    servers.gate.process_ended();
    let response = response.await.expect("no panic").expect("an answer");
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert!(timeout(Duration::ZERO, servers.gate.close()).await.is_ok(), "the gate is free");
}
