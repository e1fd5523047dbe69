//! A small API Gateway: turns an HTTP request into an event, invokes the function in a free environment,
//! and turns the result into the HTTP response.
//!
//! It does not verify tokens: the bearer token is the subject.

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
    Error,
    environment_pool::EnvironmentPool,
    event::{EventTemplate, GatewayRequest},
};

/// The functions, each with the event that is the template for its events.
pub const FUNCTIONS: [(&str, &str); 4] = [
    ("get-status", "get-status/a-reader-reads-a-status"),
    ("list-services", "list-services/the-first-page"),
    ("update-status", "update-status/an-editor-sets-red"),
    ("update-deadline", "update-deadline/an-editor-moves-the-deadline"),
];

/// A route of the gateway.
#[derive(Debug)]
pub struct Route {
    /// The function's execution environments.
    pub pool: EnvironmentPool,
    /// The template for events.
    pub template: EventTemplate,
}

/// A running gateway. It and its functions stop when this is dropped.
#[derive(Debug)]
pub struct Gateway {
    /// Its URL.
    pub url: String,
    routes: [Arc<Route>; FUNCTIONS.len()],
    server: JoinHandle<()>,
}

impl Gateway {
    /// Starts a gateway with these routes, in the order of [`FUNCTIONS`].
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(routes: [Route; FUNCTIONS.len()]) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::Start("gateway", error);
        let listener = free_port().map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let routes = routes.map(Arc::new);
        let [read, list, update, deadline] = routes.clone();
        let status = get(handle).with_state(read).merge(put(handle).with_state(update));
        let router = Router::new()
            .route("/services", get(handle).with_state(list))
            .route("/services/{id}/capacitystatus", status)
            .route("/services/{id}/capacitystatus/deadline", put(handle).with_state(deadline));
        let server = tokio::spawn(async move {
            // Serves until its task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, routes, server })
    }

    /// The environment pool of each function, in the order of [`FUNCTIONS`].
    pub fn pools(&self) -> impl Iterator<Item = (&'static str, &EnvironmentPool)> {
        let routes = self.routes.iter().map(|route| &route.pool);
        FUNCTIONS.into_iter().map(|(function, _)| function).zip(routes)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(
    State(route): State<Arc<Route>>,
    id: Option<Path<String>>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response<Body> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let event = route.template.event(&GatewayRequest {
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        id: id.as_ref().map(|Path(id)| id.as_str()),
        headers: &headers,
        subject: bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default(),
        body: &body,
        now: Clock::system().now().epoch_seconds(),
    });
    // In a task of its own: a client that disconnects must not cancel the invocation.
    let outcome = tokio::spawn(async move { route.pool.invoke(event.to_string()).await });
    match outcome.await {
        Ok(Some(Outcome::Response(result))) => response(result).unwrap_or_else(internal_error),
        Ok(Some(Outcome::Error(_)) | None) | Err(_) => internal_error(),
    }
}

fn response(mut result: Value) -> Option<Response<Body>> {
    let status = result.get("statusCode")?.as_u64()?.try_into().ok()?;
    let body = match result.get_mut("body").map(Value::take) {
        Some(Value::String(body)) => Body::from(body),
        _ => Body::empty(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in result.get("headers")?.as_object()? {
        let name: axum::http::HeaderName = name.parse().ok()?;
        response.headers_mut().insert(name, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    Some(response)
}

/// The gateway's response if the function has none.
fn internal_error() -> Response<Body> {
    let mut response = Response::new(Body::from(r#"{"message":"Internal Server Error"}"#));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
