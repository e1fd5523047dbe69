//! A small API Gateway: turns an HTTP request into an event, invokes the function in a free environment,
//! and turns the result into the HTTP response.
//!
//! It does not verify tokens: the bearer token is the subject.

use std::{collections::BTreeMap, io, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri,
        header::{AUTHORIZATION, SET_COOKIE},
    },
    routing::{get, post, put},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
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
pub const FUNCTIONS: [(&str, &str); 7] = [
    ("get-status", "get-status/a-reader-reads-a-status"),
    ("list-changes", "list-changes/a-beginning"),
    ("list-services", "list-services/the-first-page"),
    ("update-status", "update-status/an-editor-sets-red"),
    ("update-deadline", "update-deadline/an-editor-moves-the-deadline"),
    ("web-board", "web-board/a-session-that-nobody-has"),
    ("web-update", "web-update/a-person-sets-red"),
];

/// Each function's routes: method and path, as in openapi.yaml.
const ROUTES: [(&str, &str, &str); 12] = [
    ("get-status", "GET", "/services/{id}/capacitystatus"),
    ("list-changes", "GET", "/changes"),
    ("list-services", "GET", "/services"),
    ("update-status", "PUT", "/services/{id}/capacitystatus"),
    ("update-deadline", "PUT", "/services/{id}/capacitystatus/deadline"),
    ("web-board", "GET", "/web"),
    ("web-board", "GET", "/web/mine"),
    ("web-board", "GET", "/web/board/{id}"),
    ("web-board", "GET", "/web/board/{id}/changes"),
    ("web-board", "GET", "/web/services/{id}"),
    ("web-board", "GET", "/web/assets/{file}"),
    ("web-update", "POST", "/web/services/{id}"),
];

/// A function behind the gateway.
#[derive(Debug)]
pub struct Function {
    /// Its execution environments.
    pub pool: EnvironmentPool,
    /// The template for its events.
    pub template: EventTemplate,
}

/// A route of the gateway.
#[derive(Debug)]
struct Route {
    key: String,
    function: Arc<Function>,
}

/// A running gateway. It and its functions stop when this is dropped.
#[derive(Debug)]
pub struct Gateway {
    /// Its URL.
    pub url: String,
    functions: BTreeMap<&'static str, Arc<Function>>,
    server: JoinHandle<()>,
}

impl Gateway {
    /// Starts a gateway with the routes of these functions.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(
        functions: impl IntoIterator<Item = (&'static str, Function)>,
    ) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::Start("gateway", error);
        let listener = free_port().map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let functions: BTreeMap<_, _> =
            functions.into_iter().map(|(name, function)| (name, Arc::new(function))).collect();
        let router = router(&functions);
        let server = tokio::spawn(async move {
            // Serves until its task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, functions, server })
    }

    /// The environment pool of each function.
    pub fn pools(&self) -> impl Iterator<Item = (&'static str, &EnvironmentPool)> {
        self.functions.iter().map(|(name, function)| (*name, &function.pool))
    }
}

fn router(functions: &BTreeMap<&'static str, Arc<Function>>) -> Router {
    ROUTES.into_iter().fold(Router::new(), |router, (name, method, path)| {
        let Some(function) = functions.get(name) else { return router };
        let on = match method {
            "PUT" => put(handle),
            "POST" => post(handle),
            _ => get(handle),
        };
        let route = Route { key: format!("{method} {path}"), function: Arc::clone(function) };
        router.route(path, on.with_state(Arc::new(route)))
    })
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(
    State(route): State<Arc<Route>>,
    parameters: Option<Path<BTreeMap<String, String>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let event = route.function.template.event(&GatewayRequest {
        route: &route.key,
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        parameters: parameters.map(|Path(parameters)| parameters).unwrap_or_default(),
        headers: &headers,
        subject: bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default(),
        body: &body,
        now: Clock::system().now().epoch_seconds(),
    });
    // In a task of its own: a client that disconnects must not cancel the invocation.
    let outcome = tokio::spawn(async move { route.function.pool.invoke(event.to_string()).await });
    match outcome.await {
        Ok(Some(Outcome::Response(result))) => response(&result).unwrap_or_else(internal_error),
        Ok(Some(Outcome::Error(_)) | None) | Err(_) => internal_error(),
    }
}

fn response(result: &Value) -> Option<Response<Body>> {
    let status = result.get("statusCode")?.as_u64()?.try_into().ok()?;
    let body = result.get("body").and_then(Value::as_str).unwrap_or_default();
    let is_binary = result.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let body = if is_binary { BASE64_STANDARD.decode(body).ok()? } else { body.into() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in result.get("headers")?.as_object()? {
        let name: HeaderName = name.parse().ok()?;
        response.headers_mut().insert(name, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    for cookie in result.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        let cookie = HeaderValue::from_str(cookie.as_str()?).ok()?;
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Some(response)
}

/// The gateway's response if the function has none.
fn internal_error() -> Response<Body> {
    let mut response = Response::new(Body::from(r#"{"message":"Internal Server Error"}"#));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
