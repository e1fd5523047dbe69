//! Typed path parameters. The path itself is never read: behind a base path mapping it keeps the
//! mapping's prefix.

use lambda_http::{Request, RequestExt as _};
use percent_encoding::percent_decode_str;

use crate::domain::ServiceId;

/// The service that the path parameter `id` names, if it is an identifier at all.
///
/// API Gateway has decoded percent escapes already, `cargo lambda watch` has not. An identifier is
/// digits only, so decoding once more cannot change what is named.
#[must_use]
pub fn service_id(request: &Request) -> Option<ServiceId> {
    let parameters = request.path_parameters_ref()?;
    let text = percent_decode_str(parameters.first("id")?).decode_utf8().ok()?;
    text.parse().ok()
}
