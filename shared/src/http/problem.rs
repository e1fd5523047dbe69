//! Every error that a request can get: one table of code, status and title. Nothing else writes a 4xx or 5xx.

use std::error::Error;

use lambda_http::http::StatusCode;
use serde::Serialize;

use super::{ETag, FieldError};
use crate::{
    auth::AuthError,
    domain::Timestamp,
    operations::AccessError,
    store::{StoreFault, UnreachableTables},
};

/// An error in the terms of the contract.
#[derive(Debug)]
pub enum Problem {
    /// The token is not accepted, or lacks the scope.
    Auth(AuthError),
    /// The caller may not use the API or this service.
    Access(AccessError),
    /// There is nothing at this path.
    PathNotFound,
    /// The path does not support this method.
    MethodNotAllowed {
        /// The methods that it supports, as in the header `Allow`.
        allow: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// `If-Match` does not name this current tag.
    PreconditionFailed(ETag),
    /// `If-None-Match` names this current tag.
    CurrentTagExcluded(ETag),
    /// `If-Match` names no entity tag.
    PreconditionRequired,
    /// The status is GREEN, which has no deadline.
    NoDeadline,
    /// More than 16,384 bytes.
    BodyTooLarge,
    /// The body is compressed, or encoded in another way.
    UnsupportedContentEncoding,
    /// Not `application/json`.
    UnsupportedMediaType,
    /// The body is not one JSON object, for this reason.
    MalformedBody(String),
    /// These fields are invalid.
    ValidationFailed(Vec<FieldError>),
    /// Query parameters are invalid, for these reasons.
    InvalidQuery(Vec<String>),
    /// More is asked for than one answer can have: why, and what to do instead.
    LimitExceeded(&'static str),
    /// The cursor was altered, or belongs to other filters.
    InvalidCursor,
    /// The cursor of a follower is older than a day.
    CursorExpired,
    /// The history of the requested time is deleted; the oldest change that is left has this date.
    HistoryPruned(Timestamp),
    /// The header `Idempotency-Key` is not 1 to 255 visible characters of ASCII, or a string of them.
    InvalidIdempotencyKey,
    /// The caller has used the `Idempotency-Key` for another request.
    IdempotencyKeyReused,
    /// Others kept changing the status first.
    Conflict,
    /// The store did not answer, or refused.
    StoreUnavailable(StoreFault),
    /// These tables cannot be reached by this build.
    TablesUnreachable(UnreachableTables, Build),
    /// A defect.
    Internal(Box<dyn Error + Send + Sync>),
}

/// Which build of the software answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The version of the contract that is served.
    pub version: &'static str,
    /// The commit that was checked out.
    pub commit: &'static str,
}

impl Problem {
    /// A defect, with its cause.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(cause))
    }

    /// The table: code, status, title.
    pub(super) const fn row(&self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::Auth(AuthError::Unauthenticated) => {
                ("UNAUTHENTICATED", StatusCode::UNAUTHORIZED, "Not authenticated")
            }
            Self::Auth(AuthError::ScopeMissing(_)) => {
                ("SCOPE_MISSING", StatusCode::FORBIDDEN, "Missing scope")
            }
            Self::Access(AccessError::UserUnknown) => {
                ("USER_UNKNOWN", StatusCode::UNAUTHORIZED, "Unknown user")
            }
            Self::Access(AccessError::UserInactive) => {
                ("USER_INACTIVE", StatusCode::UNAUTHORIZED, "Inactive user")
            }
            Self::Access(AccessError::ServiceNotFound) => {
                ("SERVICE_NOT_FOUND", StatusCode::NOT_FOUND, "Service not found")
            }
            Self::Access(AccessError::NotPermitted) => {
                ("NOT_PERMITTED", StatusCode::FORBIDDEN, "Not permitted")
            }
            Self::PathNotFound => ("PATH_NOT_FOUND", StatusCode::NOT_FOUND, "Path not found"),
            Self::MethodNotAllowed { .. } => {
                ("METHOD_NOT_ALLOWED", StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
            }
            Self::PreconditionFailed(_) | Self::CurrentTagExcluded(_) => {
                ("PRECONDITION_FAILED", StatusCode::PRECONDITION_FAILED, "Precondition failed")
            }
            Self::PreconditionRequired => (
                "PRECONDITION_REQUIRED",
                StatusCode::PRECONDITION_REQUIRED,
                "Precondition required",
            ),
            Self::NoDeadline => ("NO_DEADLINE", StatusCode::CONFLICT, "No deadline"),
            Self::BodyTooLarge => {
                ("BODY_TOO_LARGE", StatusCode::PAYLOAD_TOO_LARGE, "Body too large")
            }
            Self::UnsupportedContentEncoding | Self::UnsupportedMediaType => (
                "UNSUPPORTED_MEDIA_TYPE",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Unsupported media type",
            ),
            Self::MalformedBody(_) => ("MALFORMED_BODY", StatusCode::BAD_REQUEST, "Malformed body"),
            Self::ValidationFailed(_) => {
                ("VALIDATION_FAILED", StatusCode::BAD_REQUEST, "Validation failed")
            }
            Self::InvalidQuery(_) => ("INVALID_QUERY", StatusCode::BAD_REQUEST, "Invalid query"),
            Self::LimitExceeded(_) => {
                ("LIMIT_EXCEEDED", StatusCode::UNPROCESSABLE_ENTITY, "Limit exceeded")
            }
            Self::InvalidCursor => ("INVALID_CURSOR", StatusCode::BAD_REQUEST, "Invalid cursor"),
            Self::CursorExpired => ("CURSOR_EXPIRED", StatusCode::GONE, "Cursor expired"),
            Self::HistoryPruned(_) => ("HISTORY_PRUNED", StatusCode::GONE, "History pruned"),
            Self::InvalidIdempotencyKey => {
                ("INVALID_IDEMPOTENCY_KEY", StatusCode::BAD_REQUEST, "Invalid idempotency key")
            }
            Self::IdempotencyKeyReused => (
                "IDEMPOTENCY_KEY_REUSED",
                StatusCode::UNPROCESSABLE_ENTITY,
                "Idempotency key reused",
            ),
            Self::Conflict => ("CONFLICT", StatusCode::CONFLICT, "Conflict"),
            Self::StoreUnavailable(_) | Self::TablesUnreachable(..) => {
                ("STORE_UNAVAILABLE", StatusCode::SERVICE_UNAVAILABLE, "Store unavailable")
            }
            Self::Internal(_) => ("INTERNAL", StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
        }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.row().1
    }

    /// What the client reads; never the text of a source error.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Auth(error) => error.to_string(),
            Self::Access(error) => error.to_string(),
            Self::PathNotFound => "this path does not exist".to_owned(),
            Self::MethodNotAllowed { advice, .. } | Self::LimitExceeded(advice) => {
                (*advice).to_owned()
            }
            Self::PreconditionFailed(current) => {
                format!("the status has changed: the current ETag is {current}; nothing was stored")
            }
            Self::CurrentTagExcluded(current) => {
                format!("If-None-Match names the current ETag {current}; nothing was stored")
            }
            Self::PreconditionRequired => {
                "send the ETag of the status that you read as If-Match; nothing was stored".to_owned()
            }
            Self::NoDeadline => {
                "the status is GREEN and has no deadline; set AMBER or RED to begin one; nothing was stored"
                    .to_owned()
            }
            Self::BodyTooLarge => {
                "the body is larger than 16,384 bytes; nothing was stored".to_owned()
            }
            Self::UnsupportedContentEncoding => {
                "the body must be sent as it is, without Content-Encoding; nothing was stored"
                    .to_owned()
            }
            Self::UnsupportedMediaType => {
                "the content type must be application/json; nothing was stored".to_owned()
            }
            Self::MalformedBody(why) => {
                format!("the body must be a JSON object: {why}; nothing was stored")
            }
            Self::ValidationFailed(_) => {
                "some fields are invalid, see errors; nothing was stored".to_owned()
            }
            Self::InvalidQuery(reasons) => reasons.join("; "),
            Self::InvalidCursor => {
                "the cursor was altered or belongs to a different query; start without one"
                    .to_owned()
            }
            Self::CursorExpired => {
                "the cursor is older than a day; begin again without one, and read the list".to_owned()
            }
            Self::HistoryPruned(oldest) => {
                format!(
                    "the history of that time was deleted; the oldest change left is of {oldest}"
                )
            }
            Self::InvalidIdempotencyKey => {
                "Idempotency-Key must be 1 to 255 visible ASCII characters without spaces, with quotation marks \
                 around them or not; nothing was stored"
                    .to_owned()
            }
            Self::IdempotencyKeyReused => {
                "this Idempotency-Key was used for another request; this request stored nothing"
                    .to_owned()
            }
            Self::Conflict => {
                "other updates kept changing the status; nothing was stored, try again".to_owned()
            }
            Self::StoreUnavailable(_) => "the store did not respond; try again".to_owned(),
            Self::TablesUnreachable(unreachable, _) => {
                let tables: Vec<_> = unreachable.purposes().collect();
                format!("these tables cannot be reached: {}", tables.join(", "))
            }
            Self::Internal(_) => "the error was logged with this requestId".to_owned(),
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.row().0
    }

    /// The cause, for the log alone.
    #[must_use]
    pub fn fault(&self) -> Option<&(dyn Error + 'static)> {
        if let Self::StoreUnavailable(fault) = self {
            Some(fault)
        } else if let Self::TablesUnreachable(unreachable, _) = self {
            Some(unreachable)
        } else if let Self::Internal(cause) = self {
            Some(cause.as_ref())
        } else {
            None
        }
    }
}
