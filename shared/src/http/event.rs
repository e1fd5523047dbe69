//! From the gateway's event to a request, and from a response to what the gateway takes.
//!
//! `lambda_http` would do both, but its conversion panics on a host name or a path that is no URL
//! and on bad base64, and a panic is a 5xx. So those parts are taken out before it sees them.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use lambda_http::{
    Body, Request, RequestExt as _,
    aws_lambda_events::{
        apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
        query_map::QueryMap,
    },
    http::header::{HOST, HeaderName, HeaderValue},
    request::LambdaRequest,
};
use serde_json::{Value, json, value::RawValue};

use super::Response;

/// What the gateway takes as an answer.
pub type Answer = ApiGatewayV2httpResponse;

/// Which of the gateway's routes a request has taken, in its extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteKey {
    /// The one of that path in openapi.yaml.
    Path(String),
    /// The one for whatever has no other. `cargo lambda watch` says so of every request.
    Default {
        /// The path as the client sent it, with the prefix of a base path mapping.
        raw_path: String,
    },
}

impl RouteKey {
    fn new(route_key: Option<String>, raw_path: String) -> Self {
        let route_key = route_key.unwrap_or_default();
        match route_key.split_once(' ') {
            Some((_, path)) => Self::Path(path.to_owned()),
            None => Self::Default { raw_path },
        }
    }
}

/// An event that is none of the gateway's. What is in it is not said: it may be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnEvent;

impl fmt::Display for NotAnEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event is not one of an HTTP API's gateway")
    }
}

impl std::error::Error for NotAnEvent {}

/// Has the handler answer a gateway event.
///
/// # Errors
/// The event cannot be read, which `lambda_runtime` would log with what it found in it.
pub async fn answer(
    event: &RawValue,
    handle: impl AsyncFnOnce(Request) -> Response,
) -> Result<Answer, NotAnEvent> {
    let event = event.get();
    let event = serde_json::from_str(event).ok().or_else(|| mended(event));
    let event = event.ok_or(NotAnEvent)?;
    let (parts, body) = handle(request(event)).await.into_parts();
    let mut answer = Answer::default();
    answer.status_code = parts.status.as_u16().into();
    answer.headers = parts.headers;
    answer.is_base64_encoded = matches!(body, Body::Binary(_));
    answer.body = (!body.is_empty()).then_some(body);
    Ok(answer)
}

/// An event that lacks what the gateway always sends, or has what it never does: nulls count as missing, a
/// header's value that is none in HTTP's terms as empty, which no condition and no key is, and a method
/// that is not there is none.
fn mended(event: &str) -> Option<ApiGatewayV2httpRequest> {
    let mut event: Value = serde_json::from_str(event).ok()?;
    let headers = event.get_mut("headers").and_then(Value::as_object_mut);
    if let Some(headers) = headers {
        headers.retain(|name, _| HeaderName::from_bytes(name.as_bytes()).is_ok());
        headers.values_mut().filter(|value| !is_sound(value)).for_each(|value| *value = "".into());
    }
    remove_nulls(&mut event);
    let members = event.as_object_mut()?;
    members.entry("isBase64Encoded").or_insert(false.into());
    let context = members.entry("requestContext").or_insert_with(|| json!({}));
    let http = context.as_object_mut()?.entry("http").or_insert_with(|| json!({}));
    http.as_object_mut()?.entry("method").or_insert("NONE".into());
    // Written and read again: to read it as it is would be a second copy of all that reads events.
    serde_json::from_str(&event.to_string()).ok()
}

fn is_sound(header: &Value) -> bool {
    header.as_str().is_some_and(|value| HeaderValue::from_str(value).is_ok())
}

fn remove_nulls(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(remove_nulls);
    }
}

/// Reads the body and the query by hand, and gives `lambda_http` an event without them.
fn request(mut event: ApiGatewayV2httpRequest) -> Request {
    let body = match event.body.take() {
        None => Body::Empty,
        // What is not base64 is passed on as it is: no JSON object is, so it is refused as such.
        Some(text) if event.is_base64_encoded => {
            BASE64_STANDARD.decode(&text).map_or(Body::Text(text), Body::Binary)
        }
        Some(text) => Body::Text(text),
    };
    let query = event.raw_query_string.take().unwrap_or_default();
    let Ok(query) = query.parse::<QueryMap>();
    event.is_base64_encoded = false;
    let raw_path = event.raw_path.replace("/".to_owned()).unwrap_or_default();
    let route_key = RouteKey::new(event.route_key.take(), raw_path);
    event.headers.remove(HOST);
    event.request_context.domain_name = None;
    event.request_context.stage = None;
    let mut request = Request::from(LambdaRequest::ApiGatewayV2(event)).map(|_| body);
    request.extensions_mut().insert(route_key);
    request.with_query_string_parameters(query)
}
