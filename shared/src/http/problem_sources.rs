//! Which problem each error of the layers above becomes.

use std::error::Error;

use super::{Panicked, Problem, RequestError};
use crate::{
    auth::AuthError,
    domain::NoDeadline,
    operations::{AccessError, ReadError, UpdateError},
    store::StoreFault,
};

impl RequestError for Problem {
    fn code(&self) -> &'static str {
        Self::code(self)
    }

    fn fault(&self) -> Option<&(dyn Error + 'static)> {
        Self::fault(self)
    }
}

impl From<Panicked> for Problem {
    fn from(panicked: Panicked) -> Self {
        Self::internal(panicked)
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Access(error) => error.into(),
            ReadError::Store(fault) => fault.into(),
        }
    }
}

impl From<UpdateError<Self>> for Problem {
    fn from(error: UpdateError<Self>) -> Self {
        match error {
            UpdateError::Access(error) => error.into(),
            UpdateError::KeyReused => Self::IdempotencyKeyReused,
            UpdateError::Rejected(problem) => problem,
            UpdateError::Conflict => Self::Conflict,
            UpdateError::Store(fault) => fault.into(),
        }
    }
}

impl From<NoDeadline> for Problem {
    fn from(_: NoDeadline) -> Self {
        Self::NoDeadline
    }
}

impl From<StoreFault> for Problem {
    fn from(fault: StoreFault) -> Self {
        match fault {
            StoreFault::Unavailable(_)
            | StoreFault::Unprocessed
            | StoreFault::Contended
            | StoreFault::Incomplete(_)
            | StoreFault::TimedOut => Self::StoreUnavailable(fault),
            StoreFault::Unreadable(_) | StoreFault::InvalidRequest(_) => Self::internal(fault),
        }
    }
}
