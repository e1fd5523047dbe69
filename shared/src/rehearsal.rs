//! A rehearsal before the first call: Lambda starts a function on a whole CPU, whatever share of it the
//! calls will have. So what a first call would have to do first is done by then: name lookup, connection,
//! TLS, a signed request. See docs/adr/0011.

use std::{io, time::Duration};

use lambda_http::Request;
use serde_json::{json, value::to_raw_value};
use tokio::time::timeout;
use tracing::instrument::WithSubscriber as _;

use crate::{
    http::{Response, TimeLeft, answer},
    telemetry,
};

/// How long it may take. Lambda lets a start take ten seconds.
pub const TIME: Duration = Duration::from_secs(2);

/// Whom no user row can belong to: no issuer has a subject like this.
const NOBODY: &str = "-";

/// Has the function answer a request of nobody on that route, and sees to it that none of it is logged or
/// counted. It is refused, since nobody is not in the users table, and changes nothing. Should it fail, the
/// first call takes longer.
pub(crate) async fn hold<Deps>(
    route: &str,
    deps: &Deps,
    handle: &impl AsyncFn(&Deps, Request) -> Response,
) {
    let Ok(event) = to_raw_value(&event(route)) else { return };
    let unheard = telemetry::subscriber(None, io::sink);
    let answered = answer(&event, async |mut request| {
        request.extensions_mut().insert(TimeLeft(TIME));
        handle(deps, request).await
    });
    // Boxed for the compiler's sake.
    let answered = timeout(TIME, Box::pin(answered).with_subscriber(unheard)).await;
    let status = answered.ok().and_then(Result::ok).map_or(0, |answer| answer.status_code);
    if !(200..500).contains(&status) {
        tracing::warn!(status, "rehearsal_failed");
    }
}

/// A request as the gateway sends it, of nobody.
#[must_use]
pub fn event(route: &str) -> serde_json::Value {
    let (method, path) = route.split_once(' ').unwrap_or(("GET", "/"));
    let claims = json!({
        "sub": NOBODY,
        "token_use": "access",
        "scope": "capacity/read capacity/write",
    });
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "requestContext": {
            "authorizer": {"jwt": {"claims": claims}},
            "http": {"method": method, "path": path},
            "timeEpoch": 0,
        },
        "pathParameters": {"id": NOBODY},
        "isBase64Encoded": false,
    })
}
