//! The pages have one origin. Their cookies and forms belong to it, and the issuer leads back to it alone.

use axum::{
    body::Bytes,
    http::{
        HeaderMap, HeaderValue, Response, StatusCode,
        header::{HOST, LOCATION},
    },
};

/// Leads a request for a page by the name `localhost` to the same page at the stack's own address.
pub(crate) fn redirect(headers: &HeaderMap, path_and_query: &str) -> Option<Response<Bytes>> {
    let path = path_and_query.split('?').next()?;
    let host = headers.get(HOST)?.to_str().ok()?;
    let port =
        host.strip_prefix("localhost").filter(|port| port.is_empty() || port.starts_with(':'));
    let port = port.filter(|_| path == "/web" || path.starts_with("/web/"))?;
    let location = format!("http://127.0.0.1{port}{path_and_query}");
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(&location).ok()?);
    Some(response)
}
