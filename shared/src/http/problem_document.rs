//! Problem documents (RFC 9457).

use lambda_http::http::{
    HeaderName, HeaderValue,
    header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;

use super::{Build, Context, FieldError, Problem, Response};
use crate::{auth::AuthError, operations::AccessError};

/// The header `Retry-After` of what may succeed in a moment: in seconds.
pub const RETRY_SOON: HeaderValue = HeaderValue::from_static("1");

/// A problem document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemDocument<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    instance: &'a str,
    code: &'static str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreachable: Vec<&'static str>,
    #[serde(flatten)]
    build: Option<Build>,
}

impl Problem {
    /// The problem document.
    #[must_use]
    pub fn response(&self, context: &Context) -> Response {
        let (code, status, title) = self.row();
        let errors =
            if let Self::ValidationFailed(errors) = self { errors.as_slice() } else { &[] };
        let (unreachable, build) = match self {
            Self::TablesUnreachable(unreachable, build) => {
                (unreachable.purposes().collect(), Some(*build))
            }
            _ => (Vec::new(), None),
        };
        let document = ProblemDocument {
            r#type: format!(
                "urn:capacity-status:problem:{}",
                code.to_ascii_lowercase().replace('_', "-")
            ),
            title,
            status: status.as_u16(),
            detail: self.detail(),
            instance: &context.instance,
            code,
            request_id: &context.request_id,
            errors,
            unreachable,
            build,
        };
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.extend(self.header());
        response
    }

    /// The header of some problems.
    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Auth(AuthError::Unauthenticated)
            | Self::Access(AccessError::UserUnknown | AccessError::UserInactive) => {
                Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
            }
            Self::MethodNotAllowed { allow, .. } => Some((ALLOW, HeaderValue::from_static(allow))),
            Self::UnsupportedContentEncoding => {
                Some((ACCEPT_ENCODING, HeaderValue::from_static("identity")))
            }
            Self::PreconditionFailed(current) | Self::CurrentTagExcluded(current) => {
                Some((ETAG, current.header()))
            }
            Self::Conflict | Self::StoreUnavailable(_) | Self::TablesUnreachable(..) => {
                Some((RETRY_AFTER, RETRY_SOON))
            }
            Self::Auth(AuthError::ScopeMissing(_))
            | Self::Access(AccessError::NotPermitted | AccessError::ServiceNotFound)
            | Self::PathNotFound
            | Self::PreconditionRequired
            | Self::NoDeadline
            | Self::BodyTooLarge
            | Self::UnsupportedMediaType
            | Self::MalformedBody(_)
            | Self::ValidationFailed(_)
            | Self::InvalidQuery(_)
            | Self::LimitExceeded(_)
            | Self::InvalidCursor
            | Self::CursorExpired
            | Self::HistoryPruned(_)
            | Self::InvalidIdempotencyKey
            | Self::IdempotencyKeyReused
            | Self::Internal(_) => None,
        }
    }
}
