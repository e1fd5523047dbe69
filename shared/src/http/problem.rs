//! Every way in which a request can fail: one table of code, status and title. Nothing else writes
//! a 4xx or 5xx.

use std::error::Error;

use lambda_http::http::StatusCode;
use serde::Serialize;

use super::ETag;
use crate::{
    auth::Refusal,
    store::{StoreFault, Unreachable},
};

/// A refusal or a fault, in the terms of the contract.
#[derive(Debug)]
pub enum Problem {
    /// The caller may not go on.
    Refused(Refusal),
    /// The user may not update this service.
    NotPermitted,
    /// No such service, or one that is not in use.
    ServiceNotFound,
    /// There is nothing at this path.
    PathNotFound,
    /// The path does not take this method.
    MethodNotAllowed {
        /// What it takes, as in the header `Allow`.
        allow: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// `If-Match` names another version than this.
    PreconditionFailed(ETag),
    /// More than 16,384 bytes.
    BodyTooLarge,
    /// Not `application/json`.
    UnsupportedMediaType,
    /// Not one JSON object: why.
    MalformedBody(String),
    /// These fields are not as the contract wants them.
    ValidationFailed(Vec<FieldError>),
    /// These query parameters are not as the contract wants them: why.
    InvalidQuery(Vec<String>),
    /// The cursor was altered, or belongs to other filters.
    InvalidCursor,
    /// The header `Idempotency-Key` is not 1 to 64 of the characters that it may have.
    InvalidIdempotencyKey,
    /// The caller has used the `Idempotency-Key` for another body.
    IdempotencyKeyReused,
    /// Others kept changing the status first.
    Conflict,
    /// The store did not answer, or refused.
    StoreUnavailable(StoreFault),
    /// These tables cannot be reached by this build.
    TablesUnreachable(Unreachable, Build),
    /// Something that must not happen.
    Internal(Box<dyn Error + Send + Sync>),
}

/// What was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The version of the contract that is served.
    pub version: &'static str,
    /// The commit that was checked out.
    pub commit: &'static str,
}

/// One field of a body that is not as the contract wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: &'static str,
    /// Which rule: a stable code.
    pub code: &'static str,
    /// The rule, for people.
    pub detail: String,
}

impl Problem {
    /// Something that must not happen, with its cause.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(cause))
    }

    /// The table: code, status, title.
    pub(super) const fn row(&self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::Refused(Refusal::Unauthenticated) => {
                ("UNAUTHENTICATED", StatusCode::UNAUTHORIZED, "Not signed in")
            }
            Self::Refused(Refusal::UserUnknown) => {
                ("USER_UNKNOWN", StatusCode::UNAUTHORIZED, "User unknown")
            }
            Self::Refused(Refusal::UserInactive) => {
                ("USER_INACTIVE", StatusCode::UNAUTHORIZED, "User inactive")
            }
            Self::Refused(Refusal::ScopeMissing(_)) => {
                ("SCOPE_MISSING", StatusCode::FORBIDDEN, "Scope missing")
            }
            Self::NotPermitted => ("NOT_PERMITTED", StatusCode::FORBIDDEN, "Not permitted"),
            Self::ServiceNotFound => {
                ("SERVICE_NOT_FOUND", StatusCode::NOT_FOUND, "Service not found")
            }
            Self::PathNotFound => ("PATH_NOT_FOUND", StatusCode::NOT_FOUND, "Path not found"),
            Self::MethodNotAllowed { .. } => {
                ("METHOD_NOT_ALLOWED", StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
            }
            Self::PreconditionFailed(_) => {
                ("PRECONDITION_FAILED", StatusCode::PRECONDITION_FAILED, "Precondition failed")
            }
            Self::BodyTooLarge => {
                ("BODY_TOO_LARGE", StatusCode::PAYLOAD_TOO_LARGE, "Body too large")
            }
            Self::UnsupportedMediaType => (
                "UNSUPPORTED_MEDIA_TYPE",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Unsupported media type",
            ),
            Self::MalformedBody(_) => ("MALFORMED_BODY", StatusCode::BAD_REQUEST, "Malformed body"),
            Self::ValidationFailed(_) => {
                ("VALIDATION_FAILED", StatusCode::BAD_REQUEST, "Validation failed")
            }
            Self::InvalidQuery(_) => ("INVALID_QUERY", StatusCode::BAD_REQUEST, "Invalid query"),
            Self::InvalidCursor => ("INVALID_CURSOR", StatusCode::BAD_REQUEST, "Invalid cursor"),
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

    /// What the client reads; never the text of a source error.
    pub(super) fn detail(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.to_string(),
            Self::NotPermitted => {
                "updating takes the permission editCapacity and an assignment to \
                                   the service or to one of its ancestors"
                    .to_owned()
            }
            Self::ServiceNotFound => "there is no active service with this id".to_owned(),
            Self::PathNotFound => "there is nothing at this path".to_owned(),
            Self::MethodNotAllowed { advice, .. } => (*advice).to_owned(),
            Self::PreconditionFailed(current) => {
                format!("the status has changed: its ETag is {current}; nothing was stored")
            }
            Self::BodyTooLarge => "the body has more than 16,384 bytes".to_owned(),
            Self::UnsupportedMediaType => "the body must be application/json".to_owned(),
            Self::MalformedBody(why) => format!("the body must be one JSON object: {why}"),
            Self::ValidationFailed(_) => "see errors; nothing was stored".to_owned(),
            Self::InvalidQuery(reasons) => reasons.join("; "),
            Self::InvalidCursor => {
                "the cursor was altered or belongs to other filters; start without one".to_owned()
            }
            Self::InvalidIdempotencyKey => {
                "Idempotency-Key must be 1 to 64 of A-Z a-z 0-9 . _ -; nothing was stored"
                    .to_owned()
            }
            Self::IdempotencyKeyReused => {
                "this Idempotency-Key was used for another body; nothing was stored now".to_owned()
            }
            Self::Conflict => {
                "others kept changing the status first; nothing was stored, try again".to_owned()
            }
            Self::StoreUnavailable(_) => "the store did not answer; try again".to_owned(),
            Self::TablesUnreachable(unreachable, _) => {
                let tables: Vec<_> = unreachable.tables().collect();
                format!("these tables cannot be reached: {}", tables.join(", "))
            }
            Self::Internal(_) => "the fault has been logged under this requestId".to_owned(),
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

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreFault> for Problem {
    fn from(fault: StoreFault) -> Self {
        match fault {
            StoreFault::Unavailable(_)
            | StoreFault::Unprocessed
            | StoreFault::Contended
            | StoreFault::TimedOut => Self::StoreUnavailable(fault),
            StoreFault::Unreadable(_) | StoreFault::Unbuildable(_) => Self::internal(fault),
        }
    }
}
