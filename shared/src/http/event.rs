//! Converts the gateway's event to a request, and a response to the gateway's form.
//!
//! `lambda_http` could do both, but its conversion panics if a host name or a path is not valid in a URL, and
//! on invalid base64. So this removes those parts of the event first (docs/adr/0002).

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use lambda_http::{
    Body, Request, RequestExt as _,
    aws_lambda_events::{
        apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
        query_map::QueryMap,
    },
    http::{
        Method,
        header::{COOKIE, HOST, HeaderName, HeaderValue, SET_COOKIE},
    },
    request::LambdaRequest,
};
use serde_json::{Value, json, value::RawValue};

use super::Response;

/// A response as the gateway takes it.
pub type GatewayResponse = ApiGatewayV2httpResponse;

/// The gateway's route of a request: an extension of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteKey {
    /// The route of this path in openapi.yaml.
    Path(String),
    /// The default route. `cargo lambda watch` reports it for every request.
    Default,
}

impl RouteKey {
    fn new(route_key: &str) -> Self {
        match route_key.split_once(' ') {
            Some((_, path)) => Self::Path(path.to_owned()),
            None => Self::Default,
        }
    }
}

/// The event is not from the gateway. The error does not quote it, since it may hold a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEvent;

impl fmt::Display for InvalidEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event is not from an API Gateway HTTP API")
    }
}

impl std::error::Error for InvalidEvent {}

/// Calls the handler with the request of a gateway event, and returns its response. The handler sees a HEAD as a
/// GET, and its response goes without the body.
///
/// # Errors
/// The event cannot be parsed. (`lambda_runtime` would log it with its contents.)
pub async fn dispatch(
    event: &RawValue,
    handle: impl AsyncFnOnce(Request) -> Response,
) -> Result<GatewayResponse, InvalidEvent> {
    let event = event.get();
    let event = serde_json::from_str(event).ok().or_else(|| normalize(event));
    let event = event.ok_or(InvalidEvent)?;
    let mut request = request(event);
    let is_head = request.method() == Method::HEAD;
    if is_head {
        *request.method_mut() = Method::GET;
    }
    let (mut parts, body) = handle(request).await.into_parts();
    let body = if is_head { Body::Empty } else { body };
    let mut response = GatewayResponse::default();
    response.status_code = parts.status.as_u16().into();
    // The gateway takes one value of each header, and cookies by themselves.
    let cookies = parts.headers.get_all(SET_COOKIE).iter();
    response.cookies =
        cookies.filter_map(|cookie| cookie.to_str().ok().map(str::to_owned)).collect();
    parts.headers.remove(SET_COOKIE);
    response.headers = parts.headers;
    response.is_base64_encoded = matches!(body, Body::Binary(_));
    response.body = (!body.is_empty()).then_some(body);
    Ok(response)
}

/// Parses an event that lacks what the gateway always sends, or has what it never sends. A null counts as
/// missing. A header value that HTTP does not allow becomes empty, which no condition and no key matches. A
/// missing method becomes `NONE`.
fn normalize(event: &str) -> Option<ApiGatewayV2httpRequest> {
    let mut event: Value = serde_json::from_str(event).ok()?;
    let headers = event.get_mut("headers").and_then(Value::as_object_mut);
    if let Some(headers) = headers {
        headers.retain(|name, _| HeaderName::from_bytes(name.as_bytes()).is_ok());
        headers.values_mut().filter(|value| !is_valid(value)).for_each(|value| *value = "".into());
    }
    remove_nulls(&mut event);
    let members = event.as_object_mut()?;
    members.entry("isBase64Encoded").or_insert(false.into());
    let context = members.entry("requestContext").or_insert_with(|| json!({}));
    let http = context.as_object_mut()?.entry("http").or_insert_with(|| json!({}));
    http.as_object_mut()?.entry("method").or_insert("NONE".into());
    // As text, because parsing from a `Value` would compile all of the event's parsers a second time.
    serde_json::from_str(&event.to_string()).ok()
}

fn is_valid(header: &Value) -> bool {
    header.as_str().is_some_and(|value| HeaderValue::from_str(value).is_ok())
}

fn remove_nulls(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(remove_nulls);
    }
}

/// Reads the body and the query here, and gives `lambda_http` the event without them.
fn request(mut event: ApiGatewayV2httpRequest) -> Request {
    let body = match event.body.take() {
        None => Body::Empty,
        // Invalid base64 is passed on as it is: it is not JSON, so it is refused as such.
        Some(text) if event.is_base64_encoded => {
            BASE64_STANDARD.decode(&text).map_or(Body::Text(text), Body::Binary)
        }
        Some(text) => Body::Text(text),
    };
    let query = event.raw_query_string.take().unwrap_or_default();
    let Ok(query) = query.parse::<QueryMap>();
    let cookies = event.cookies.take().unwrap_or_default();
    event.is_base64_encoded = false;
    let raw_path = event.raw_path.replace("/".to_owned()).unwrap_or_default();
    let route_key = RouteKey::new(event.route_key.take().as_deref().unwrap_or_default());
    event.headers.remove(HOST);
    event.request_context.domain_name = None;
    event.request_context.stage = None;
    let mut request = Request::from(LambdaRequest::ApiGatewayV2(event)).map(|_| body);
    // Each by itself: `lambda_http` loses all of them if one is not ASCII.
    let cookies =
        cookies.iter().filter_map(|cookie| HeaderValue::from_bytes(cookie.as_bytes()).ok());
    request.headers_mut().extend(cookies.map(|cookie| (COOKIE, cookie)));
    request.extensions_mut().insert(route_key);
    request.with_query_string_parameters(query).with_raw_http_path(raw_path)
}
