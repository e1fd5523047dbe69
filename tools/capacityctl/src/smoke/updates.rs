//! The checks that set the test service to AMBER, then to GREEN.

use std::str::FromStr as _;

use serde_json::{Value, json};
use shared::domain::Timestamp;

use super::{
    check::{Check, problem},
    reads::path,
};
use crate::http_client::HttpResponse;

/// After this time the test service is GREEN again even if the last check fails.
const RESET_MINUTES: u64 = 5;

/// Refused, so nothing changes.
pub(super) fn refused(id: u64) -> [Check; 2] {
    let exists = problem("PRECONDITION_FAILED");
    let media_type = problem("UNSUPPORTED_MEDIA_TYPE");
    let put = |what, status, is_expected: Box<dyn Fn(&HttpResponse) -> bool>| {
        Check::new(what, "PUT", path(id), status, is_expected).body(amber())
    };
    [
        put("If-None-Match refuses an update", 412, Box::new(exists)).header("if-none-match", "*"),
        put("a compressed body is refused", 415, Box::new(media_type))
            .header("content-encoding", "gzip"),
    ]
}

/// The refused updates have left the status as it was.
pub(super) fn unchanged(id: u64, etag: &str) -> Check {
    let etag = etag.to_owned();
    let same = move |it: &HttpResponse| it.header("etag") == etag;
    Check::new("what was refused changed nothing", "GET", path(id), 200, same)
}

/// An update of the status with that entity tag, under that idempotency key.
pub(super) fn update(id: u64, etag: &str, key: &str) -> Check {
    let set = |it: &HttpResponse| it.at("/status") == "AMBER" && resets_in_time(it);
    Check::new("the test service can be updated", "PUT", path(id), 200, set)
        .header("if-match", etag)
        .header("idempotency-key", key)
        .body(amber())
}

/// After the update of the status with that entity tag, which returned this body.
pub(super) fn after(id: u64, etag: &str, key: &str, updated: &Value) -> [Check; 4] {
    let (body, first) = (updated.clone(), updated.clone());
    let same = move |it: &HttpResponse| it.body == body;
    let replayed =
        move |it: &HttpResponse| it.body == first && it.header("idempotency-replayed") == "true";
    let outdated = problem("PRECONDITION_FAILED");
    let put = "PUT";
    [
        Check::new("the updated status is read", "GET", path(id), 200, same),
        Check::new("a quoted key repeats an unquoted one", put, path(id), 200, replayed)
            .header("idempotency-key", format!("\"{key}\""))
            .body(amber()),
        Check::new("an outdated ETag is refused", put, path(id), 412, outdated)
            .header("if-match", etag)
            .body(amber()),
        Check::new("the test service can be set to GREEN", put, path(id), 200, |it| {
            it.at("/status") == "GREEN"
        })
        .body(json!({"status": "GREEN", "notes": "smoke test"})),
    ]
}

/// The minutes as some clients send them: text with a fraction of zero.
fn amber() -> Value {
    let minutes = format!("{RESET_MINUTES}.0");
    json!({"status": "AMBER", "resetStatusIn": minutes, "notes": "smoke test"})
}

fn resets_in_time(it: &HttpResponse) -> bool {
    let time = |name: &str| Timestamp::from_str(it.at(name).as_str()?).ok();
    let times = time("/modifiedDate").zip(time("/resetDateTime"));
    times.is_some_and(|(set, reset)| reset.seconds_since(set) == RESET_MINUTES * 60)
}
