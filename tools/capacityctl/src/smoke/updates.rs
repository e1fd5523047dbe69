//! The checks that set the test service to AMBER, move its deadline, and set it to GREEN.

use std::str::FromStr as _;

use serde_json::{Value, json};
use shared::domain::Timestamp;
use uuid::Uuid;

use super::{
    check::{Check, problem},
    reads::path,
};
use crate::http_client::HttpResponse;

/// After this time the test service is GREEN again even if the last check fails.
const RESET_MINUTES: u64 = 5;

/// The same after its deadline has been moved.
const MOVED_MINUTES: u64 = 6;

/// The first bytes of a compressed text, which are not UTF-8.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08, 0xff];

/// A new idempotency key, of more than 64 characters and with `#`, as some clients make them.
pub(super) fn long_key() -> String {
    format!("smoke#{}#{}", Uuid::now_v7(), "0".repeat(64))
}

/// Refused, so nothing changes of the status with this entity tag.
pub(super) fn refused(id: u64, etag: &str) -> [Check; 6] {
    let put = |what| Check::new(what, "PUT", path(id), 412, problem("PRECONDITION_FAILED"));
    let encoded = |what| {
        let refused = problem("UNSUPPORTED_MEDIA_TYPE");
        let says_why =
            move |it: &HttpResponse| refused(it) && it.header("accept-encoding") == "identity";
        Check::new(what, "PUT", path(id), 415, says_why).header("content-encoding", "gzip")
    };
    let weak = format!("\"smoke\", W/{etag}");
    [
        put("If-None-Match: * refuses an update").header("if-none-match", "*").body(&amber()),
        put("a weak tag in a list refuses an update").header("if-none-match", weak).body(&amber()),
        encoded("Content-Encoding is refused").body(&amber()),
        encoded("a compressed body is refused").bytes(GZIP),
        move_deadline("a deadline needs an ETag", id, 428, problem("PRECONDITION_REQUIRED")),
        move_deadline("another ETag moves no deadline", id, 412, problem("PRECONDITION_FAILED"))
            .header("if-match", "\"smoke\""),
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
    let set = |it: &HttpResponse| it.at("/status") == "AMBER" && resets_after(RESET_MINUTES, it);
    Check::new("the test service can be updated", "PUT", path(id), 200, set)
        .header("if-match", etag)
        .header("idempotency-key", key)
        .body(&amber())
}

/// After the update of the status with that entity tag, under that key, which returned this body.
pub(super) fn after(id: u64, etag: &str, key: &str, updated: &Value) -> [Check; 5] {
    let body = updated.clone();
    let same = move |it: &HttpResponse| it.body == body;
    // Neither the first value nor the last lists the service.
    let listed = format!("/services?parentId={id}&status=RED&status=AMBER&status=RED");
    let outdated = problem("PRECONDITION_FAILED");
    let put = "PUT";
    [
        Check::new("the updated status is read", "GET", path(id), 200, same),
        Check::new("a repeated status is taken", "GET", listed, 200, lists(id)),
        repeated("a long key with # repeats its update", id, key, updated),
        repeated("a quoted key repeats an unquoted one", id, &format!("\"{key}\""), updated),
        Check::new("an outdated ETag is refused", put, path(id), 412, outdated)
            .header("if-match", etag)
            .body(&amber()),
    ]
}

/// Moves the deadline of the status with that entity tag and body, which else stays as it is.
pub(super) fn deadline(id: u64, etag: &str, updated: &Value) -> Check {
    let updated = updated.clone();
    let moved = move |it: &HttpResponse| {
        let same = |name: &str| it.body.get(name) == updated.get(name);
        same("status") && same("notes") && resets_after(MOVED_MINUTES, it)
    };
    move_deadline("the deadline can be moved", id, 200, moved).header("if-match", etag)
}

/// Ends the status.
pub(super) fn green(id: u64) -> Check {
    let set = |it: &HttpResponse| it.at("/status") == "GREEN";
    Check::new("the test service can be set to GREEN", "PUT", path(id), 200, set)
        .body(&json!({"status": "GREEN", "notes": "smoke test"}))
}

/// GREEN, with that entity tag, has no deadline.
pub(super) fn no_deadline(id: u64, etag: &str) -> Check {
    move_deadline("GREEN has no deadline to move", id, 409, problem("NO_DEADLINE"))
        .header("if-match", etag)
}

fn move_deadline(
    what: &'static str,
    id: u64,
    status: u16,
    is_expected: impl Fn(&HttpResponse) -> bool + 'static,
) -> Check {
    Check::new(what, "PUT", path(id) + "/deadline", status, is_expected)
        .body(&json!({"resetStatusIn": MOVED_MINUTES}))
}

/// The update again, which returns the same body.
fn repeated(what: &'static str, id: u64, key: &str, updated: &Value) -> Check {
    let body = updated.clone();
    let replayed =
        move |it: &HttpResponse| it.body == body && it.header("idempotency-replayed") == "true";
    Check::new(what, "PUT", path(id), 200, replayed).header("idempotency-key", key).body(&amber())
}

/// A list that has the service, and none that is GREEN.
fn lists(id: u64) -> impl Fn(&HttpResponse) -> bool {
    move |it| {
        it.at("/items").as_array().is_some_and(|items| {
            items.iter().any(|item| item["id"] == id)
                && items.iter().all(|item| item["status"] != "GREEN")
        })
    }
}

/// The minutes as some clients send them: text with a fraction of zero.
fn amber() -> Value {
    let minutes = format!("{RESET_MINUTES}.0");
    json!({"status": "AMBER", "resetStatusIn": minutes, "notes": "smoke test"})
}

fn resets_after(minutes: u64, it: &HttpResponse) -> bool {
    let time = |name: &str| Timestamp::from_str(it.at(name).as_str()?).ok();
    let times = time("/modifiedDate").zip(time("/resetDateTime"));
    times.is_some_and(|(set, reset)| reset.seconds_since(set) == minutes * 60)
}
