//! Turns a request into the event of an API Gateway HTTP API, format 2.0, based on an event of `events/`.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::http::{
    HeaderMap,
    header::{CONTENT_TYPE, COOKIE, USER_AGENT},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::Error;

/// The headers that the gateway adds.
const GATEWAY_HEADERS: [&str; 4] =
    ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"];

/// The content type of forms: the gateway passes on their bodies in base64.
const FORM: &str = "application/x-www-form-urlencoded";

/// An event that serves as the template for all events of its route.
#[derive(Debug)]
pub struct EventTemplate {
    event: Value,
    count: AtomicU64,
}

/// A request as the gateway receives it.
#[derive(Debug)]
pub struct GatewayRequest<'a> {
    /// The method and the path in openapi.yaml.
    pub route: &'a str,
    /// The raw path.
    pub path: &'a str,
    /// The raw query string.
    pub query: &'a str,
    /// The parameters in the path.
    pub parameters: BTreeMap<String, String>,
    /// The client's headers.
    pub headers: &'a HeaderMap,
    /// The subject of the token; the pages have none.
    pub subject: &'a str,
    /// The body; empty if there is none.
    pub body: &'a [u8],
    /// The time in epoch seconds.
    pub now: i64,
}

impl EventTemplate {
    /// Reads `events/<case>.json`.
    ///
    /// # Errors
    /// The file does not exist, or lacks members that every event of the gateway has.
    pub fn read(root: &Path, case: &'static str) -> Result<Self, Error> {
        let file = root.join(format!("events/{case}.json"));
        let text = fs::read(&file).map_err(|error| Error::File(file, error))?;
        let mut event: Value = serde_json::from_slice(&text).map_err(|_| Error::Event(case))?;
        let http = event.pointer("/requestContext/http");
        if http.is_none_or(|members| !members.is_object()) {
            return Err(Error::Event(case));
        }
        let event_members = event.as_object_mut().ok_or(Error::Event(case))?;
        for name in ["body", "cookies", "queryStringParameters", "pathParameters"] {
            event_members.remove(name);
        }
        let headers = event.get_mut("headers").and_then(Value::as_object_mut);
        let headers = headers.ok_or(Error::Event(case))?;
        headers.retain(|name, _| GATEWAY_HEADERS.contains(&name.as_str()));
        Ok(Self { event, count: AtomicU64::new(0) })
    }

    /// Builds the event for a request.
    #[must_use]
    pub fn event(&self, request: &GatewayRequest<'_>) -> Value {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let mut event = self.event.clone();
        if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
            let trace = format!("Root=1-{:08x}-{number:024x}", request.now);
            headers.insert("x-amzn-trace-id".to_owned(), trace.into());
            headers.extend(headers_of(request.headers));
        }
        let agent = request.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        set(&mut event, "/requestContext/http/userAgent", agent.unwrap_or_default());
        let method = request.route.split(' ').next().unwrap_or_default();
        set(&mut event, "/requestContext/http/method", method);
        set(&mut event, "/requestContext/http/path", request.path);
        set(&mut event, "/requestContext/authorizer/jwt/claims/sub", request.subject);
        set(&mut event, "/requestContext/authorizer/jwt/claims/username", request.subject);
        set(&mut event, "/requestContext/requestId", format!("{number:015x}="));
        set(&mut event, "/requestContext/time", common_log(request.now));
        set(&mut event, "/requestContext/timeEpoch", request.now * 1000);
        set(&mut event, "/requestContext/routeKey", request.route);
        set(&mut event, "/routeKey", request.route);
        set(&mut event, "/rawPath", request.path);
        set(&mut event, "/rawQueryString", request.query);
        let is_form = request.headers.get(CONTENT_TYPE).is_some_and(|value| value == FORM);
        set(&mut event, "/isBase64Encoded", is_form);
        let body = if is_form {
            BASE64_STANDARD.encode(request.body)
        } else {
            String::from_utf8_lossy(request.body).into_owned()
        };
        if let Some(members) = event.as_object_mut() {
            let own = &request.parameters;
            let own = (!own.is_empty()).then(|| ("pathParameters", json!(own)));
            let query = parameters(request.query).map(|query| ("queryStringParameters", query));
            let cookies = cookies(request.headers).map(|cookies| ("cookies", cookies));
            let body = (!body.is_empty()).then(|| ("body", body.into()));
            let optional = [own, query, cookies, body].into_iter().flatten();
            members.extend(optional.map(|(name, value)| (name.to_owned(), value)));
        }
        event
    }
}

fn set(event: &mut Value, pointer: &str, value: impl Into<Value>) {
    if let Some(member) = event.pointer_mut(pointer) {
        *member = value.into();
    }
}

/// Names in lower case; values of a repeated header are joined. Cookies are elsewhere.
fn headers_of(headers: &HeaderMap) -> impl Iterator<Item = (String, Value)> {
    headers.keys().filter(|name| *name != COOKIE).map(|name| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        (name.as_str().to_owned(), values.collect::<Vec<_>>().join(",").into())
    })
}

fn cookies(headers: &HeaderMap) -> Option<Value> {
    let all = headers.get(COOKIE)?.to_str().ok()?;
    Some(all.split("; ").collect())
}

/// The decoded query; values of a repeated parameter are joined.
fn parameters(query: &str) -> Option<Value> {
    let decoded =
        |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let mut parameters: Map<String, Value> = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        let joined = match parameters.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value,
        };
        parameters.insert(name, joined.into());
    }
    (!parameters.is_empty()).then_some(Value::Object(parameters))
}

/// The time in access log format: `21/Nov/2026:09:05:00 +0000`.
fn common_log(seconds: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let month: String = at.month().to_string().chars().take(3).collect();
    let (day, year, (hour, minute, second)) = (at.day(), at.year(), at.to_hms());
    format!("{day:02}/{month}/{year}:{hour:02}:{minute:02}:{second:02} +0000")
}
