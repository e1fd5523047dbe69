//! What every answer needs to know of its request: its ids, the time, the resource it is about.

use std::{
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use lambda_http::{
    Request, RequestExt as _,
    http::{HeaderMap, HeaderName, HeaderValue, header::CACHE_CONTROL},
    request::RequestContext,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use super::{Operation, Problem, Response, TimeLeft, caught::caught, path::path_parameter};
use crate::{domain::Timestamp, metrics, store::StoreFault, telemetry};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Where a function reads the time: once per request.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's clock, cut to whole seconds.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn system() -> Self {
        Self::from_fn(|| {
            let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let seconds = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
            Timestamp::saturating_from_epoch_seconds(seconds)
        })
    }

    /// A clock that tells what the function returns.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// One request, as its answer and its log lines name it.
#[derive(Clone, Debug)]
pub struct Context {
    /// The caller's `X-Request-ID`, or a fresh one. For tracing only, never an identity.
    pub request_id: String,
    /// The caller's `X-Correlation-ID`.
    pub correlation_id: Option<String>,
    /// The client's address as the gateway saw it.
    pub client_address: Option<String>,
    /// The one reading of the clock.
    pub now: Timestamp,
    /// The resource that the request names, as a path relative to the API.
    pub instance: String,
    /// What the request asks for.
    pub operation: Operation,
    /// How long the answer may take, where that is known.
    time_left: Option<TimeLeft>,
    started: Instant,
}

impl Context {
    /// Reads the request's ids and takes the time.
    #[must_use]
    pub fn new(request: &Request, clock: &Clock, operation: Operation) -> Self {
        Self::about(request, clock, operation, operation.path())
    }

    /// As [`Self::new`], of a request for that path of openapi.yaml.
    #[must_use]
    pub fn about(request: &Request, clock: &Clock, operation: Operation, path: &str) -> Self {
        let parameter = |name| {
            let value = path_parameter(request, name).unwrap_or_default();
            utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string()
        };
        Self {
            request_id: mirrored(request.headers(), &X_REQUEST_ID)
                .unwrap_or_else(|| Uuid::new_v4().to_string()),
            correlation_id: mirrored(request.headers(), &X_CORRELATION_ID),
            client_address: client_address(request),
            now: clock.now(),
            instance: path.replace("{id}", &parameter("id")).replace("{file}", &parameter("file")),
            operation,
            time_left: request.extensions().get().copied(),
            started: Instant::now(),
        }
    }

    /// How long the request has taken so far, in milliseconds.
    #[must_use]
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Finishes an answer: problems become documents, a panic is a problem, and every answer gets the
    /// common headers. What takes longer than there is time counts as a store that does not answer.
    pub async fn respond(
        &self,
        outcome: impl Future<Output = Result<Response, Problem>>,
    ) -> Response {
        let outcome = caught(Box::pin(outcome));
        let outcome = match self.time_left {
            Some(TimeLeft(left)) => tokio::time::timeout(left, outcome)
                .await
                .unwrap_or_else(|_| Err(StoreFault::TimedOut.into())),
            None => outcome.await,
        };
        metrics::answered(self, outcome.as_ref().err());
        let mut response = outcome.unwrap_or_else(|problem| {
            self.log(&problem);
            problem.response(self)
        });
        let headers = response.headers_mut();
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        let ids = [
            (X_REQUEST_ID, Some(&self.request_id)),
            (X_CORRELATION_ID, self.correlation_id.as_ref()),
        ];
        for (name, id) in ids {
            if let Some(value) = id.and_then(|id| HeaderValue::from_str(id).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }

    fn log(&self, problem: &Problem) {
        let (code, request_id) = (problem.code(), self.request_id.as_str());
        let correlation_id = self.correlation_id.as_deref();
        match problem.fault() {
            Some(fault) => {
                tracing::error!(
                    code,
                    request_id,
                    correlation_id,
                    error = telemetry::chain(fault),
                    "request_failed"
                );
            }
            None => tracing::info!(code, request_id, correlation_id, "request_refused"),
        }
    }
}

/// The header's value, if it is one that the contract mirrors.
fn mirrored(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(plain_id)
}

/// An id that a client gives: 1 to 64 of `[A-Za-z0-9._-]`.
#[must_use]
pub fn plain_id(value: &HeaderValue) -> Option<String> {
    let value = value.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    ((1..=64).contains(&value.len()) && value.bytes().all(plain)).then(|| value.to_owned())
}

fn client_address(request: &Request) -> Option<String> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.clone(),
        _ => None,
    }
}
