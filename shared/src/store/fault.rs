//! What can go wrong in the store. Outcomes, such as "somebody wrote first", are not faults.

use std::{error::Error, fmt};

/// The store failed.
#[derive(Debug)]
pub enum StoreFault {
    /// DynamoDB did not answer, or refused, after the SDK's retries.
    Unavailable(Box<dyn Error + Send + Sync>),
    /// DynamoDB left part of a batch undone, which says nothing about what it holds.
    Unprocessed,
    /// DynamoDB kept refusing because of a transaction in flight, perhaps our own.
    Contended,
    /// There was no answer before the function had to give its own.
    TimedOut,
    /// A row is not as this version of the system writes it: which row.
    Unreadable(String),
    /// A request could not be put together.
    Unbuildable(Box<dyn Error + Send + Sync>),
}

impl StoreFault {
    /// A call that failed.
    pub(super) fn unavailable(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(error))
    }

    /// A request that could not be put together.
    pub(super) fn unbuildable(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Unbuildable(Box::new(error))
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(_) => f.write_str("the store call failed"),
            Self::Unprocessed => f.write_str("the store left keys unprocessed"),
            Self::Contended => f.write_str("the store kept refusing for a transaction in flight"),
            Self::TimedOut => f.write_str("the store did not answer in the time there was"),
            Self::Unreadable(what) => write!(f, "a stored row cannot be read: {what}"),
            Self::Unbuildable(_) => f.write_str("a store request cannot be built"),
        }
    }
}

impl Error for StoreFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(source) | Self::Unbuildable(source) => Some(source.as_ref()),
            Self::Unprocessed | Self::Contended | Self::TimedOut | Self::Unreadable(_) => None,
        }
    }
}
