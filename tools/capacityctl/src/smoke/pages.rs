//! The checks of the pages for people, without signing in.

use super::check::Check;
use crate::http_client::HttpResponse;

/// The first page.
pub(super) const START: &str = "/web";

/// Of pages that are deployed.
pub(super) fn signed_out() -> Vec<Check> {
    let page = |it: &HttpResponse| {
        let policy = it.header("content-security-policy");
        let is_html = it.header("content-type").starts_with("text/html");
        is_html && policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'")
    };
    let to_start = |it: &HttpResponse| it.header("location").contains("/web?to=");
    let to_issuer = |it: &HttpResponse| {
        let is_addressed = it.header("location").starts_with("http");
        is_addressed && it.header("location").contains("%2Fweb%2Fcallback")
    };
    vec![
        Check::new("the first page is shown", "GET", START, 200, page),
        Check::new("a page without a session leads to it", "GET", "/web/mine", 303, to_start),
        Check::new("signing in leads to the issuer", "GET", "/web/sign-in", 303, to_issuer),
    ]
}

/// Whether the API says that it has no such path.
pub(super) fn is_unknown(response: &HttpResponse) -> bool {
    response.at("/code") == "PATH_NOT_FOUND"
}
