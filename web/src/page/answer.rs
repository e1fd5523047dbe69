//! HTML answers: entity tags that do not depend on the hour, compression.

use askama::Template;
use lambda_http::{
    Body, Request,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER, VARY},
    },
};
use shared::{
    domain::Timestamp,
    http::{ETag, EntityTags, Problem, RETRY_SOON, Response, accepts_gzip, gzip},
};

use super::{Framed, Moment};
use crate::{problem::PageProblem, site::Site};

/// The time of a page by the server's clock, in epoch seconds: a script judges by nothing else.
const AS_AT: HeaderName = HeaderName::from_static("x-as-at");

/// The answer with this page: 304 if the client has it already. Its entity tag leaves out its time and ages.
///
/// # Errors
/// [`Problem::Internal`] if it cannot be written.
pub fn page(
    site: &Site,
    request: &Request,
    now: Timestamp,
    mut page: impl Framed,
) -> Result<Response, PageProblem> {
    let content = page.render().map_err(Problem::internal)?;
    let etag = ETag::of_page(content.as_bytes());
    let known = EntityTags::read(request.headers(), &IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.match_weakly(&etag)) {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        page.frame_mut().moment = Some(Moment { now, etag: etag.to_string() });
        html(site, request, StatusCode::OK, &page)?
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, etag.header());
    headers.insert(AS_AT, HeaderValue::from(now.epoch_seconds()));
    Ok(site.secured(response))
}

/// The answer with this page and status, which nobody asks for again.
///
/// # Errors
/// [`Problem::Internal`] if it cannot be written.
pub fn page_with_status(
    site: &Site,
    request: &Request,
    now: Timestamp,
    status: StatusCode,
    mut page: impl Framed,
) -> Result<Response, PageProblem> {
    page.frame_mut().moment = Some(Moment { now, etag: String::new() });
    let mut response = html(site, request, status, &page)?;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, RETRY_SOON);
    }
    Ok(response)
}

fn html(
    site: &Site,
    request: &Request,
    status: StatusCode,
    page: &impl Template,
) -> Result<Response, PageProblem> {
    let text = page.render().map_err(Problem::internal)?;
    let is_compressed = accepts_gzip(request.headers());
    let body = if is_compressed {
        Body::Binary(gzip(&text).map_err(Problem::internal)?)
    } else {
        Body::Text(text)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(site.secured(response))
}
