//! The API's own port: passes requests on to cargo-lambda and prints a line for each, as API Gateway writes its
//! access log.

use std::{io, net::TcpListener, sync::Arc, time::Instant};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, Response, StatusCode, Uri,
        header::{CONNECTION, EXPECT, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
    },
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::sync::RwLock;

use crate::{
    background::Background,
    output::{Output, now},
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

/// Requests on their way hold it for reading. Who holds it for writing knows that there are none, and new ones
/// wait.
pub type Gate = Arc<RwLock<()>>;

/// Where requests go, and how they are reported.
#[derive(Clone, Debug)]
pub struct Gateway {
    upstream: String,
    client: Client<HttpConnector, Body>,
    gate: Gate,
    output: Arc<Output>,
}

impl Gateway {
    /// A gateway to the `http` URL.
    #[must_use]
    pub fn new(upstream: &str, gate: &Gate, output: &Arc<Output>) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (gate, output) = (Arc::clone(gate), Arc::clone(output));
        Self { upstream: upstream.to_owned(), client, gate, output }
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
        remove_hop_by_hop(&mut parts.headers);
        let _passing = self.gate.read().await;
        let request = Request::from_parts(parts, Body::from(body));
        let response = self.client.request(request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
        let (mut parts, body) = response.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await;
        remove_hop_by_hop(&mut parts.headers);
        Ok(Response::from_parts(parts, body.map_err(|_| StatusCode::BAD_GATEWAY)?))
    }
}

async fn answer(State(gateway): State<Gateway>, request: Request) -> Response<Body> {
    let (time, started) = (now(), Instant::now());
    let (method, path) = (request.method().to_string(), path_and_query(request.uri()).to_owned());
    let response = gateway.forward(request).await;
    let response = response.unwrap_or_else(|status| {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = status;
        response
    });
    let status = response.status().as_u16();
    let (method, path, answer) = match invoked_function(&path) {
        Some(function) => {
            let answer = Answer::of_invocation(status, response.body());
            ("invoke".to_owned(), function.to_owned(), answer)
        }
        None => {
            let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
            let answer = Answer::of_response(status, id, response.body());
            (method, path, answer)
        }
    };
    let duration_ms = started.elapsed().as_millis();
    gateway.output.request(&RequestLine { time, method, path, answer, duration_ms });
    response.map(Body::from)
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}
