//! What every answer needs to know of its request: its ids, the time, the resource.

use std::{error::Error, time::Instant};

use lambda_http::{
    Request, RequestExt as _,
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{CACHE_CONTROL, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS},
    },
    request::RequestContext,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use super::{
    Clock, Endpoint, Problem, RemainingTime, Response,
    catch_panic::{Panicked, catch_panic},
    path::{GREEDY, has_remainder, path_parameter, sent_path},
};
use crate::{
    domain::Timestamp,
    store::{AuditContext, StoreFault, error_chain},
    telemetry::{
        audit::Origin,
        metrics::{self, Answered, Failure},
    },
};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
const ONE_YEAR_OF_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");
const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");

/// Why a request gets another answer than it asked for.
pub trait RequestError: From<StoreFault> + From<Panicked> {
    /// The stable code, for logs and metrics.
    fn code(&self) -> &'static str;

    /// The cause if the system failed, for the log alone; `None` if the request is refused.
    fn fault(&self) -> Option<&(dyn Error + 'static)>;
}

/// A request, as its answer and its log lines name it.
#[derive(Clone, Debug)]
pub struct Context {
    /// The caller's `X-Request-ID`, or a new one. For tracing only, never an identity.
    pub request_id: String,
    /// The caller's `X-Correlation-ID`.
    pub correlation_id: Option<String>,
    /// The client's address as the gateway saw it.
    pub client_address: Option<String>,
    /// The time of the request: the clock is read once.
    pub now: Timestamp,
    /// The path of the resource, relative to the API. An unknown path is as the client sent it.
    pub instance: String,
    /// What the request asks for.
    pub endpoint: &'static Endpoint,
    /// How long the answer may take, if that is known.
    remaining_time: Option<RemainingTime>,
    started: Instant,
}

impl Context {
    /// Reads the request's ids and the clock.
    #[must_use]
    pub fn new(request: &Request, clock: &Clock, endpoint: &'static Endpoint) -> Self {
        let is_known = !has_remainder(request);
        Self::with_path(request, clock, endpoint, is_known.then_some(endpoint.path))
    }

    /// As [`Self::new`], for a request to another path of openapi.yaml, or to none.
    #[must_use]
    pub fn with_path(
        request: &Request,
        clock: &Clock,
        endpoint: &'static Endpoint,
        path: Option<&str>,
    ) -> Self {
        Self {
            request_id: echoed_header(request.headers(), &X_REQUEST_ID)
                .unwrap_or_else(|| Uuid::new_v4().to_string()),
            correlation_id: echoed_header(request.headers(), &X_CORRELATION_ID),
            client_address: client_address(request),
            now: clock.now(),
            instance: path.map_or_else(|| sent_path(request), |path| instance(request, path)),
            endpoint,
            remaining_time: request.extensions().get().copied(),
            started: Instant::now(),
        }
    }

    /// When and by which request changes are recorded.
    #[must_use]
    pub fn audit(&self) -> AuditContext<'_> {
        AuditContext { at: self.now, request_id: &self.request_id }
    }

    /// The request, for the audit record.
    #[must_use]
    pub fn origin(&self) -> Origin<'_> {
        Origin {
            request_id: &self.request_id,
            correlation_id: self.correlation_id.as_deref(),
            client_address: self.client_address.as_deref(),
            now: self.now,
            duration_ms: self.elapsed_ms(),
        }
    }

    /// How long the request has taken so far, in milliseconds.
    #[must_use]
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Finishes an answer: problems become documents, a panic becomes a problem, and every answer gets the
    /// common headers. If the time is up, the store counts as unavailable.
    pub fn respond(
        &self,
        outcome: impl Future<Output = Result<Response, Problem>>,
    ) -> impl Future<Output = Response> {
        self.respond_with(outcome, |problem| problem.response(self))
    }

    /// As [`Self::respond`], with answers to errors of the caller's own.
    pub fn respond_with<E: RequestError>(
        &self,
        outcome: impl Future<Output = Result<Response, E>>,
        render: impl FnOnce(E) -> Response,
    ) -> impl Future<Output = Response> {
        // Boxed at once: these futures have up to 9 KB, and each move would copy them.
        let outcome = catch_panic(Box::pin(outcome));
        async move {
            let outcome = match self.remaining_time {
                Some(RemainingTime(time)) => tokio::time::timeout(time, outcome)
                    .await
                    .unwrap_or_else(|_| Err(StoreFault::TimedOut.into())),
                None => outcome.await,
            };
            self.response(outcome, render)
        }
    }

    fn response<E: RequestError>(
        &self,
        outcome: Result<Response, E>,
        render: impl FnOnce(E) -> Response,
    ) -> Response {
        metrics::answered(Answered {
            operation: self.endpoint.function,
            now: self.now,
            duration_ms: self.elapsed_ms(),
            failure: outcome.as_ref().err().map(failure),
        });
        let mut response = outcome.unwrap_or_else(|error| {
            self.log(&error);
            render(error)
        });
        let headers = response.headers_mut();
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.insert(STRICT_TRANSPORT_SECURITY, ONE_YEAR_OF_HTTPS);
        headers.insert(X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
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

    fn log(&self, error: &impl RequestError) {
        let (code, request_id) = (error.code(), self.request_id.as_str());
        let correlation_id = self.correlation_id.as_deref();
        match error.fault() {
            Some(fault) => {
                tracing::error!(
                    code,
                    request_id,
                    correlation_id,
                    error = error_chain(fault),
                    "request_failed"
                );
            }
            None => tracing::info!(code, request_id, correlation_id, "request_refused"),
        }
    }
}

fn failure(error: &impl RequestError) -> Failure {
    match error.fault() {
        Some(_) => Failure::Fault(error.code()),
        None => Failure::Refusal(error.code()),
    }
}

/// A path of openapi.yaml with the request's parameters.
fn instance(request: &Request, path: &str) -> String {
    let parameter = |name| {
        let value = path_parameter(request, name).unwrap_or_default();
        utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string()
    };
    let path = path.replace("{id}", &parameter("id")).replace("{file}", &parameter("file"));
    path.replace(GREEDY, "")
}

/// The header's value, if the answer may echo it.
fn echoed_header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(parse_client_id)
}

/// An id that a client chose: 1 to 64 of `[A-Za-z0-9._-]`.
fn parse_client_id(value: &HeaderValue) -> Option<String> {
    let value = value.to_str().ok()?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    ((1..=64).contains(&value.len()) && value.bytes().all(is_allowed)).then(|| value.to_owned())
}

fn client_address(request: &Request) -> Option<String> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.clone(),
        _ => None,
    }
}
