//! Paths and their parameters. The path that the client sent is used only if it is unknown, or if the gateway does
//! not name the route: behind a base path mapping it still has the mapping's prefix.

use std::borrow::Cow;

use lambda_http::{Request, RequestExt as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Problem, RouteKey};
use crate::domain::ServiceId;

/// The path parameter `id`; `None` if it is not a service id.
#[must_use]
pub fn service_id(request: &Request) -> Option<ServiceId> {
    path_parameter(request, "id")?.parse().ok()
}

/// The greedy variable at the end of the old clients' path, which ends in `/`. An HTTP API of API Gateway drops a
/// route that ends in `/`, so the gateway's route is `…/capacitystatus/{proxy+}`.
pub(super) const GREEDY: &str = "{proxy+}";

/// Refuses what the greedy variable matches beyond the path that ends in `/`.
///
/// # Errors
/// [`Problem::PathNotFound`].
pub fn no_remainder(request: &Request) -> Result<(), Problem> {
    if has_remainder(request) { Err(Problem::PathNotFound) } else { Ok(()) }
}

/// Whether the greedy variable of the request's path has a value.
pub(super) fn has_remainder(request: &Request) -> bool {
    path_parameter(request, "proxy").is_some_and(|rest| !rest.is_empty())
}

/// Whether a request is for that path of openapi.yaml. The gateway names the path that it found. `cargo lambda watch` does
/// not, so the raw path is compared instead; there it has no prefix.
#[must_use]
pub fn is_route(request: &Request, path: &str) -> bool {
    match request.extensions().get() {
        Some(RouteKey::Path(asked)) => path == asked && !has_remainder(request),
        Some(RouteKey::Default) => matches(path, request.raw_http_path()),
        None => false,
    }
}

/// Whether a path matches that template. A greedy variable must be empty.
fn matches(template: &str, path: &str) -> bool {
    let alike = |(expected, given): (&str, &str)| match expected {
        greedy if greedy.ends_with("+}") => given.is_empty(),
        variable if variable.starts_with('{') => !given.is_empty(),
        _ => expected == given,
    };
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(alike)
}

/// The path of a request. At most one segment is a parameter, with this name.
#[must_use]
pub fn request_path(request: &Request, parameter: &str) -> String {
    match request.extensions().get() {
        Some(RouteKey::Path(path)) => {
            let value = path_parameter(request, parameter).unwrap_or_default();
            path.replace(&format!("{{{parameter}}}"), &value)
        }
        Some(RouteKey::Default) => {
            percent_decode_str(request.raw_http_path()).decode_utf8_lossy().into_owned()
        }
        None => String::new(),
    }
}

/// A path parameter, percent-decoded once. API Gateway has decoded those of its routes; `cargo lambda watch`, which
/// reports the default route, decodes nothing.
#[must_use]
pub fn path_parameter<'a>(request: &'a Request, name: &str) -> Option<Cow<'a, str>> {
    let text = request.path_parameters_ref()?.first(name)?;
    Some(match request.extensions().get() {
        Some(RouteKey::Path(_)) => text.into(),
        Some(RouteKey::Default) | None => percent_decode_str(text).decode_utf8_lossy(),
    })
}

/// What a path can hold as it is (RFC 3986, section 3.3). A percent sign is judged by what follows it.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The path that the client sent, as a reference that names no other host. API Gateway decodes the path and
/// `cargo lambda watch` does not, so what is encoded stays as it is.
pub(super) fn sent_path(request: &Request) -> String {
    let mut parts = request.raw_http_path().split('%');
    let first = parts.next().unwrap_or_default();
    let mut path = match first {
        // `//host/` would be a host.
        slashes if slashes.starts_with("//") => "/.".to_owned(),
        absolute if absolute.starts_with('/') => String::new(),
        _ => "/".to_owned(),
    };
    path.extend(utf8_percent_encode(first, PATH));
    for part in parts {
        let is_encoded = part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
        path += if is_encoded { "%" } else { "%25" };
        path.extend(utf8_percent_encode(part, PATH));
    }
    path
}
