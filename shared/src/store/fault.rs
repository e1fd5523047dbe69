//! Failures of the store. Outcomes, such as "somebody wrote first", are not failures.

use std::{error::Error, fmt};

/// The store failed.
#[derive(Debug)]
pub enum StoreFault {
    /// DynamoDB did not answer, or refused, after the SDK's retries.
    Unavailable(Box<dyn Error + Send + Sync>),
    /// DynamoDB kept leaving keys of a batch unprocessed, which says nothing about their rows.
    Unprocessed,
    /// DynamoDB kept refusing because of a transaction in flight, possibly our own.
    Contended,
    /// History kept lacking a change: of which service.
    Incomplete(String),
    /// There was no answer before the function had to give its own.
    TimedOut,
    /// A row is not as this version of the system writes it: which row.
    Unreadable(String),
    /// A request could not be built.
    InvalidRequest(Box<dyn Error + Send + Sync>),
}

impl StoreFault {
    /// A call failed.
    pub(super) fn unavailable(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(error))
    }

    /// A request could not be built.
    pub(super) fn invalid_request(error: impl Error + Send + Sync + 'static) -> Self {
        Self::InvalidRequest(Box::new(error))
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(_) => f.write_str("the store call failed"),
            Self::Unprocessed => f.write_str("the store kept leaving keys unprocessed"),
            Self::Contended => {
                f.write_str("the store kept refusing because of a transaction in flight")
            }
            Self::Incomplete(what) => write!(f, "history lacks a change: {what}"),
            Self::TimedOut => f.write_str("the store did not answer in time"),
            Self::Unreadable(row) => write!(f, "a stored row cannot be read: {row}"),
            Self::InvalidRequest(_) => f.write_str("a store request is invalid"),
        }
    }
}

impl Error for StoreFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(source) | Self::InvalidRequest(source) => Some(source.as_ref()),
            Self::Unprocessed
            | Self::Contended
            | Self::Incomplete(_)
            | Self::TimedOut
            | Self::Unreadable(_) => None,
        }
    }
}

/// An error and its sources, outermost first.
#[must_use]
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let sources = std::iter::successors(Some(error), |error| (*error).source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
