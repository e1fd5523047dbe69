//! Which problem each error becomes on a page.

use shared::{
    auth::AuthError,
    http::{Panicked, Problem},
    operations::{AccessError, ReadError},
    store::StoreFault,
};

use crate::problem::PageProblem;

impl From<Problem> for PageProblem {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreFault> for PageProblem {
    fn from(fault: StoreFault) -> Self {
        Self::Problem(fault.into())
    }
}

impl From<Panicked> for PageProblem {
    fn from(panicked: Panicked) -> Self {
        Self::Problem(panicked.into())
    }
}

impl From<AuthError> for PageProblem {
    fn from(error: AuthError) -> Self {
        Self::Problem(error.into())
    }
}

impl PageProblem {
    /// What a refused read of this subject becomes.
    #[must_use]
    pub fn of_read(error: ReadError, subject: &str) -> Self {
        match error {
            ReadError::Access(error) => Self::of_access(error, subject),
            ReadError::Store(fault) => fault.into(),
        }
    }

    /// What a refusal of this subject becomes.
    #[must_use]
    pub fn of_access(error: AccessError, subject: &str) -> Self {
        match error {
            AccessError::UserUnknown => Self::NotRegistered { subject: subject.to_owned() },
            AccessError::UserInactive
            | AccessError::NotPermitted
            | AccessError::ServiceNotFound => Self::Problem(error.into()),
        }
    }
}
