//! A small API Gateway: an HTTP request becomes an event, goes to a free environment of its function,
//! and the function's answer becomes the response.
//!
//! Tokens are not verified: whom a request is by is what its bearer token says.

use std::{io, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header::AUTHORIZATION},
    routing::{get, put},
};
use lambda_emulator::Outcome;
use local_stack::background::free_port;
use serde_json::Value;
use shared::http::Clock;
use tokio::task::JoinHandle;

use crate::{
    Failure,
    environments::Environments,
    event::{Pattern, Received},
};

/// The functions there are, each with the event that its requests are modelled on.
pub const FUNCTIONS: [(&str, &str); 3] = [
    ("get-status", "get-status/a-reader-reads-a-status"),
    ("list-services", "list-services/the-first-page"),
    ("update-status", "update-status/an-editor-sets-red"),
];

/// A route of the gateway.
#[derive(Debug)]
pub struct Route {
    /// The function's environments.
    pub environments: Environments,
    /// The event that those of its requests are modelled on.
    pub pattern: Pattern,
}

/// A running gateway; it stops when this is dropped, and its functions with it.
#[derive(Debug)]
pub struct Gateway {
    /// Where it is.
    pub url: String,
    routes: [Arc<Route>; 3],
    server: JoinHandle<()>,
}

impl Gateway {
    /// Starts a gateway with those routes, in the order of [`FUNCTIONS`].
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(routes: [Route; 3]) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::Part("gateway", error);
        let listener = free_port().map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let routes = routes.map(Arc::new);
        let [read, list, update] = routes.clone();
        let status = get(answer).with_state(read).merge(put(answer).with_state(update));
        let router = Router::new()
            .route("/services", get(answer).with_state(list))
            .route("/services/{id}/capacitystatus", status);
        let server = tokio::spawn(async move {
            // It ends with its task, and not before.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, routes, server })
    }

    /// The environments of each function, in the order of [`FUNCTIONS`].
    pub fn environments(&self) -> impl Iterator<Item = (&'static str, &Environments)> {
        let routes = self.routes.iter().map(|route| &route.environments);
        FUNCTIONS.into_iter().map(|(function, _)| function).zip(routes)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(route): State<Arc<Route>>,
    id: Option<Path<String>>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response<Body> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let event = route.pattern.event(&Received {
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        id: id.as_ref().map(|Path(id)| id.as_str()),
        headers: &headers,
        subject: bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default(),
        body: &body,
        now: Clock::system().now().epoch_seconds(),
    });
    // A client that leaves does not take the environment with it.
    let called = tokio::spawn(async move { route.environments.call(event.to_string()).await });
    match called.await {
        Ok(Some(Outcome::Answer(answer))) => response(answer).unwrap_or_else(failed),
        Ok(Some(Outcome::Failure(_)) | None) | Err(_) => failed(),
    }
}

fn response(mut answer: Value) -> Option<Response<Body>> {
    let status = answer.get("statusCode")?.as_u64()?.try_into().ok()?;
    let body = match answer.get_mut("body").map(Value::take) {
        Some(Value::String(body)) => Body::from(body),
        _ => Body::empty(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in answer.get("headers")?.as_object()? {
        let name: axum::http::HeaderName = name.parse().ok()?;
        response.headers_mut().insert(name, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    Some(response)
}

/// What the gateway says when a function has no answer.
fn failed() -> Response<Body> {
    let mut response = Response::new(Body::from(r#"{"message":"Internal Server Error"}"#));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
