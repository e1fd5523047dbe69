//! Who may use the API at all, and why an operation refuses a caller.

use std::{error::Error, fmt};

use crate::{domain::User, store::StoreFault};

/// Why a caller gets no answer from an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessError {
    /// The subject is not in the users table.
    UserUnknown,
    /// The user has been deactivated.
    UserInactive,
    /// The service does not exist, or is inactive.
    ServiceNotFound,
    /// The user may not update this service.
    NotPermitted,
}

/// A read failed.
#[derive(Debug)]
pub enum ReadError {
    /// The caller may not read this.
    Access(AccessError),
    /// The store failed.
    Store(StoreFault),
}

/// The user, if they exist and are active.
///
/// # Errors
/// [`AccessError::UserUnknown`] and [`AccessError::UserInactive`].
pub fn active_user(user: Option<User>) -> Result<User, AccessError> {
    match user {
        None => Err(AccessError::UserUnknown),
        Some(user) if user.active => Ok(user),
        Some(_) => Err(AccessError::UserInactive),
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UserUnknown => "the token is valid, but its subject is not a registered user",
            Self::UserInactive => "the user is inactive",
            Self::ServiceNotFound => "there is no active service with this id",
            Self::NotPermitted => {
                "updating takes the permission editCapacity and an assignment to the service or to one of \
                 its ancestors"
            }
        })
    }
}

impl Error for AccessError {}

impl From<AccessError> for ReadError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl From<StoreFault> for ReadError {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}
