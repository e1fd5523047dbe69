//! Paths and their parameters. The path that the client sent is used only if the gateway does not name the
//! route: behind a base path mapping it still has the mapping's prefix.

use std::borrow::Cow;

use lambda_http::{Request, RequestExt as _};
use percent_encoding::percent_decode_str;

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
#[must_use]
pub fn has_remainder(request: &Request) -> bool {
    path_parameter(request, "proxy").is_some_and(|rest| !rest.is_empty())
}

/// The path of a request. At most one segment is a parameter, with this name.
#[must_use]
pub fn request_path(request: &Request, parameter: &str) -> String {
    match request.extensions().get() {
        Some(RouteKey::Path(path)) => {
            let value = path_parameter(request, parameter).unwrap_or_default();
            path.replace(&format!("{{{parameter}}}"), &value)
        }
        Some(RouteKey::Default { raw_path }) => raw_path.clone(),
        None => String::new(),
    }
}

/// A path parameter, percent-decoded. API Gateway decodes it and `cargo lambda watch` does not, so this may
/// decode it a second time. That does not change an id.
pub(super) fn path_parameter<'a>(request: &'a Request, name: &str) -> Option<Cow<'a, str>> {
    let text = request.path_parameters_ref()?.first(name)?;
    Some(percent_decode_str(text).decode_utf8_lossy())
}
