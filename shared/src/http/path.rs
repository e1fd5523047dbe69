//! Paths and their parameters. The path that the client sent is used only if the gateway does not name the
//! route: behind a base path mapping it still has the mapping's prefix.

use std::borrow::Cow;

use lambda_http::{Request, RequestExt as _};
use percent_encoding::percent_decode_str;

use super::RouteKey;
use crate::domain::ServiceId;

/// The path parameter `id`; `None` if it is not a service id.
#[must_use]
pub fn service_id(request: &Request) -> Option<ServiceId> {
    path_parameter(request, "id")?.parse().ok()
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
