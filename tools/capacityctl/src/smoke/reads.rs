//! The checks that change nothing.

use super::check::{Check, any, list, of_service, problem};
use crate::http_client::HttpResponse;

/// The largest service id, which a directory is unlikely to have.
const NO_SERVICE: u64 = 999_999_999_999_999_999;

/// Without a token.
pub(super) fn public() -> Vec<Check> {
    let healthy = |it: &HttpResponse| it.at("/status") == "pass" && it.at("/version").is_string();
    let described = |it: &HttpResponse| it.at("/openapi").is_string();
    let named = |it: &HttpResponse| {
        let instance = it.at("/instance").as_str().unwrap_or_default();
        it.at("/code") == "PATH_NOT_FOUND" && instance.ends_with("/smoke/%C3%A9")
    };
    let allowed = |it: &HttpResponse| it.header("allow") == "GET, HEAD, OPTIONS";
    vec![
        Check::new("the API is alive", "GET", "/_ping", 200, healthy),
        Check::new("the tables can be reached", "GET", "/_status", 200, healthy),
        Check::new("the documentation is served", "GET", "/docs", 200, any),
        Check::new("the OpenAPI document is served", "GET", "/openapi.json", 200, described),
        Check::new("HEAD has no body", "HEAD", "/_ping", 200, |it| it.is_empty),
        // The gateway itself refuses: its body is no problem document.
        Check::new("a read without a token is refused", "GET", "/services?limit=1", 401, any),
        Check::new("an unknown path is named", "GET", "/smoke/%C3%A9", 404, named),
        Check::new("Allow names the methods of a path", "DELETE", "/_ping", 405, allowed),
        // By the function, or by the gateway itself, which adds no `Allow`.
        Check::new("OPTIONS is answered", "OPTIONS", path(0) + "/deadline", 204, any),
    ]
}

/// A list with this token after several spaces.
pub(super) fn with_spaces(token: &str) -> Check {
    let what = "several spaces after Bearer are taken";
    Check::new(what, "GET", "/services?limit=1", 200, list)
        .header("authorization", format!("Bearer   {token}"))
}

/// Of lists, with a token.
pub(super) fn lists() -> Vec<Check> {
    let since = |time: &str| format!("/services?limit=1&changedSince={time}");
    let (refused, unknown) = (|| problem("INVALID_QUERY"), || problem("SERVICE_NOT_FOUND"));
    let time = since("2026-01-01T09:30:00.5%2B01:00");
    let (local, no_colon) = (since("2026-01-01T09:30:00"), since("2026-01-01T09:30:00%2B0100"));
    let plus = since("2026-01-01T09:30:00+01:00");
    vec![
        Check::new("a time with offset and fraction is taken", "GET", time, 200, list),
        Check::new("a time without offset is refused", "GET", local, 400, refused()),
        Check::new("an offset without a colon is refused", "GET", no_colon, 400, refused()),
        Check::new("an unescaped + in a time is refused", "GET", plus, 400, refused()),
        Check::new("an unknown service is not found", "GET", path(0), 404, unknown()),
    ]
}

/// Of a service whose status has this entity tag, with a token.
pub(super) fn of(id: u64, etag: &str) -> Vec<Check> {
    let etag = etag.to_owned();
    let head = move |it: &HttpResponse| it.is_empty && it.header("etag") == etag;
    let found = |it: &HttpResponse| {
        it.at("/items").as_array().is_some_and(|items| items.len() == 1)
            && it.at("/missing/0") == NO_SERVICE
    };
    let ids = format!("/services?id={id}&id={NO_SERVICE}");
    let (once, twice) = (encoded("%3", id), encoded("%253", id));
    let unknown = problem("SERVICE_NOT_FOUND");
    vec![
        Check::new("HEAD has the ETag of GET", "HEAD", path(id), 200, head),
        Check::new("a repeated id is taken", "GET", ids, 200, found),
        Check::new("the path of older clients works", "GET", path(id) + "/", 200, of_service(id)),
        Check::new("an encoded id is decoded", "GET", once, 200, of_service(id)),
        Check::new("an id is decoded only once", "GET", twice, 404, unknown),
    ]
}

/// The path of a service's status.
pub(super) fn path(id: u64) -> String {
    format!("/services/{id}/capacitystatus")
}

/// The same path with each digit behind this prefix.
fn encoded(prefix: &str, id: u64) -> String {
    let digits: String = id.to_string().chars().map(|digit| format!("{prefix}{digit}")).collect();
    format!("/services/{digits}/capacitystatus")
}
