//! The API's own port: passes requests on to cargo-lambda, adds the headers for browsers (CORS), and prints a line
//! for each, as API Gateway writes its access log.

use std::{
    io,
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri,
        header::{
            CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, TE, TRAILER,
            TRANSFER_ENCODING, UPGRADE,
        },
    },
    response::IntoResponse as _,
};
use futures_util::stream::empty;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{
    sync::{OwnedRwLockWriteGuard, RwLock, watch},
    time::{sleep, timeout},
};

use crate::{
    background::Background,
    cors::Cors,
    output::{Output, now},
    pages_origin,
    request_line::{Answer, RequestLine, invoked_function},
};

/// API Gateway's limit.
const MAX_BODY_BYTES: usize = 10_000_000;
/// Headers of one connection (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    EXPECT,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// API Gateway's limit for a function.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a request may go on after the end of a process, which may have been the one that had it: the emulator
/// does not say which had it, and never answers for a process that is gone.
const TIME_AFTER_END: Duration = Duration::from_secs(1);

/// What the requests on their way and the processes that answer them know of each other.
#[derive(Debug, Default)]
pub struct Gate {
    /// Held by each request on its way, for reading.
    open: Arc<RwLock<()>>,
    /// Changes when a process ends.
    ended: watch::Sender<()>,
}

impl Gate {
    /// Waits until no request is on its way. New ones wait until the result is dropped.
    pub async fn close(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.open).write_owned().await
    }

    /// A process ended, perhaps in the middle of a request.
    pub fn process_ended(&self) {
        self.ended.send_replace(());
    }
}

/// Where requests go, and how they are reported.
#[derive(Clone, Debug)]
pub struct Gateway {
    upstream: String,
    client: Client<HttpConnector, Body>,
    gate: Arc<Gate>,
    cors: Arc<Cors>,
    output: Arc<Output>,
}

impl Gateway {
    /// A gateway to the `http` URL.
    #[must_use]
    pub fn new(upstream: &str, gate: &Arc<Gate>, cors: Cors, output: &Arc<Output>) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (gate, cors, output) = (Arc::clone(gate), Arc::new(cors), Arc::clone(output));
        Self { upstream: upstream.to_owned(), client, gate, cors, output }
    }

    /// Serves the listener.
    ///
    /// # Errors
    ///
    /// The listener cannot be used.
    pub fn serve(self, listener: TcpListener) -> io::Result<Background> {
        Background::serve("api", listener, async move |listener, stop| {
            let served = axum::serve(listener, Router::new().fallback(answer).with_state(self));
            if let Err(error) = served.with_graceful_shutdown(async move { drop(stop.await) }).await
            {
                eprintln!("error: the API's port cannot be served: {error}");
            }
        })
    }

    async fn forward(&self, request: Request) -> Result<Response<Bytes>, StatusCode> {
        let (mut parts, body) = request.into_parts();
        let body = to_bytes(body, MAX_BODY_BYTES).await;
        let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let uri = format!("{}{}", self.upstream, path_and_query(&parts.uri));
        parts.uri = uri.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
        let is_head = parts.method == Method::HEAD;
        remove_hop_by_hop(&mut parts.headers);
        parts.headers = joined(&parts.headers);
        if str::from_utf8(&body).is_err() {
            declare_binary(&mut parts.headers);
        }
        let _open = self.gate.open.read().await;
        let request = Request::from_parts(parts, Body::from(body));
        let response = tokio::select! {
            response = timeout(INTEGRATION_TIMEOUT, self.client.request(request)) =>
                response.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?,
            () = time_after_end(self.gate.ended.subscribe()) => return Err(StatusCode::BAD_GATEWAY),
        };
        let response = response.map_err(|_| StatusCode::BAD_GATEWAY)?;
        let (mut parts, body) = response.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await;
        remove_hop_by_hop(&mut parts.headers);
        if is_head && parts.headers.get(CONTENT_LENGTH).is_some_and(|length| length == "0") {
            // That of the body that the function left out. The length of GET's body is not known.
            parts.headers.remove(CONTENT_LENGTH);
        }
        Ok(Response::from_parts(parts, body.map_err(|_| StatusCode::BAD_GATEWAY)?))
    }
}

async fn time_after_end(mut ended: watch::Receiver<()>) {
    // There is no error: the gate, which sends, outlives its requests.
    let _ = ended.changed().await;
    sleep(TIME_AFTER_END).await;
}

/// Answers in a task of its own, which goes on if the client hangs up, as API Gateway does.
async fn answer(State(gateway): State<Gateway>, request: Request) -> Response<Body> {
    let answered = tokio::spawn(answer_and_report(gateway, request)).await;
    answered.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn answer_and_report(gateway: Gateway, request: Request) -> Response<Body> {
    let (time, started) = (now(), Instant::now());
    let (method, path) = (request.method().clone(), path_and_query(request.uri()).to_owned());
    let headers = request.headers().clone();
    let mut response = match pages_origin::redirect(&headers, &path) {
        Some(redirect) => redirect,
        None => gateway.forward(request).await.unwrap_or_else(|status| {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = status;
            response
        }),
    };
    gateway.cors.add(&method, &headers, &mut response);
    let status = response.status().as_u16();
    let (name, path, answer) = match invoked_function(&path) {
        Some(function) => {
            let answer = Answer::of_invocation(status, response.body());
            ("invoke".to_owned(), function.to_owned(), answer)
        }
        None => {
            let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
            let answer = Answer::of_response(status, id, response.body());
            (method.to_string(), path, answer)
        }
    };
    let duration_ms = started.elapsed().as_millis();
    gateway.output.request(&RequestLine { time, method: name, path, answer, duration_ms });
    match method {
        // Of unknown length: the length of an empty body would be added as a header.
        Method::HEAD => response.map(|_| Body::from_stream(empty::<io::Result<Bytes>>())),
        _ => response.map(Body::from),
    }
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

/// Each header once, its values joined by commas, as API Gateway sends them to a function; cookies by semicolons (RFC
/// 6265, section 5.4). The emulator would send only the last value.
fn joined(headers: &HeaderMap) -> HeaderMap {
    let join = |name: &HeaderName| {
        let values = headers.get_all(name).iter().map(HeaderValue::as_bytes);
        let separator: &[u8] = if name == COOKIE { b"; " } else { b"," };
        let values = values.collect::<Vec<_>>().join(separator);
        // There is no error: a separator is allowed wherever a value is.
        Some((name.clone(), HeaderValue::from_bytes(&values).ok()?))
    };
    headers.keys().filter_map(join).collect()
}

/// Lets the emulator pass the body on as base64, as API Gateway does with bytes that are no text. By a content type in
/// the usual spelling, or by none, it takes them for text, and fails. The spelling means nothing (RFC 9110, section
/// 8.3.1).
fn declare_binary(headers: &mut HeaderMap) {
    let mut content_type =
        headers.get(CONTENT_TYPE).map_or(Vec::new(), |it| it.as_bytes().to_vec());
    if let Some(first) = content_type.first_mut() {
        first.make_ascii_uppercase();
    }
    // There is no error: it was a header's value before.
    if let Ok(content_type) = HeaderValue::from_bytes(&content_type) {
        headers.insert(CONTENT_TYPE, content_type);
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}
