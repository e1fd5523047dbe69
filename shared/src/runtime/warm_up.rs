//! A request before the first call. A function has a whole CPU while it starts, but only a share of it during
//! calls. So this does the first call's one-time work early: name lookup, connection, TLS, signature. See
//! docs/adr/0011.

use std::{io, time::Duration};

use lambda_http::Request;
use serde_json::{json, value::to_raw_value};
use tokio::time::timeout;
use tracing::instrument::WithSubscriber as _;

use super::{Environment, settings::JWT_ISSUER};
use crate::{
    http::{Endpoint, RemainingTime, Response, cookie, dispatch},
    telemetry::log,
};

/// How long the warm-up may take. Lambda allows ten seconds for the start.
pub const TIMEOUT: Duration = Duration::from_secs(2);

/// A subject that no issuer uses, so no user has it.
const UNKNOWN: &str = "-";

/// Calls the handler with a request of an unknown user, without logs and metrics. The handler refuses it and
/// changes nothing. If it fails, the first call takes longer.
pub(super) async fn run<Deps>(
    endpoint: &Endpoint,
    environment: &Environment,
    deps: &Deps,
    handle: &impl AsyncFn(&Deps, Request) -> Response,
) {
    // Public functions have no issuer, and need none.
    let issuer = environment.optional(JWT_ISSUER).unwrap_or_default();
    let Ok(event) = to_raw_value(&event(endpoint, &issuer)) else { return };
    let silent = log::subscriber(None, io::sink);
    let response = dispatch(&event, async |mut request| {
        request.extensions_mut().insert(RemainingTime(TIMEOUT));
        handle(deps, request).await
    });
    // Boxed, because the compiler cannot lay out futures nested this deeply.
    let response = timeout(TIMEOUT, Box::pin(response).with_subscriber(silent)).await;
    let status = response.ok().and_then(Result::ok).map_or(0, |response| response.status_code);
    if !(200..500).contains(&status) {
        tracing::warn!(status, "warmup_failed");
    }
}

/// The cookie of a session that nobody has: 256 bits that are all set.
fn unknown_session() -> String {
    format!("{}={}", cookie::SESSION, "_".repeat(cookie::SESSION_VALUE_CHARS - 1) + "8")
}

/// The event of a request by an unknown user of that issuer, as the gateway sends it.
#[must_use]
pub fn event(endpoint: &Endpoint, issuer: &str) -> serde_json::Value {
    let Endpoint { method, path, .. } = endpoint;
    let claims = json!({
        "iss": issuer,
        "sub": UNKNOWN,
        "token_use": "access",
        "scope": "capacity/read capacity/write",
    });
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "cookies": [unknown_session()],
        "requestContext": {
            "authorizer": {"jwt": {"claims": claims}},
            "http": {"method": method, "path": path},
            "timeEpoch": 0,
        },
        "pathParameters": {"id": UNKNOWN},
        "isBase64Encoded": false,
    })
}
