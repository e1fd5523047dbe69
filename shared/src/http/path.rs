//! Paths and their parameters. What the client sent as the path is read where the gateway has not said
//! which route that is, and nowhere else: behind a base path mapping it keeps the mapping's prefix.

use std::borrow::Cow;

use lambda_http::{Request, RequestExt as _};
use percent_encoding::percent_decode_str;

use super::RouteKey;
use crate::domain::ServiceId;

/// The service that the path parameter `id` names, if it is an identifier at all.
#[must_use]
pub fn service_id(request: &Request) -> Option<ServiceId> {
    path_parameter(request, "id")?.parse().ok()
}

/// The path that a request asks for, of which one segment at most is a parameter, of that name.
#[must_use]
pub fn path_asked(request: &Request, parameter: &str) -> String {
    match request.extensions().get() {
        Some(RouteKey::Path(path)) => {
            let value = path_parameter(request, parameter).unwrap_or_default();
            path.replace(&format!("{{{parameter}}}"), &value)
        }
        Some(RouteKey::Default { raw_path }) => raw_path.clone(),
        None => String::new(),
    }
}

/// A path parameter, decoded. API Gateway has decoded percent escapes already, `cargo lambda watch`
/// has not, so this may be the second time; an identifier is the same after either.
pub(super) fn path_parameter<'a>(request: &'a Request, name: &str) -> Option<Cow<'a, str>> {
    let text = request.path_parameters_ref()?.first(name)?;
    Some(percent_decode_str(text).decode_utf8_lossy())
}
