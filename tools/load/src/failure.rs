//! Why there is no report.

use std::{fmt, io, path::PathBuf};

use local_stack::tables::TablesError;

/// What went wrong.
#[derive(Debug)]
pub enum Failure {
    /// The local stack's part of it.
    Stack(local_stack::Failure),
    /// A file or folder cannot be used.
    File(PathBuf, io::Error),
    /// Something that was to run did not.
    Part(&'static str, io::Error),
    /// An event that requests are modelled on is not as it should be.
    Event(&'static str),
    /// The tables could not be filled.
    Fill(String),
    /// A function gave no outcome.
    Lost(&'static str, String),
    /// A request outside of the load was not answered as it should be.
    Answer(String),
    /// What sends the load failed.
    Oha(String),
    /// So many requests at that rate take longer than they may.
    TooMany(u64, u64),
    /// It took longer than it may.
    Behind(u64),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stack(failure) => failure.fmt(f),
            Self::File(path, error) => write!(f, "cannot use {}: {error}", path.display()),
            Self::Part(name, error) => write!(f, "the {name} did not run: {error}"),
            Self::Event(case) => write!(f, "events/{case}.json is not as requests need it"),
            Self::Fill(reason) => write!(f, "the tables were not filled: {reason}"),
            Self::Lost(function, reason) => write!(f, "{function}: {reason}"),
            Self::Answer(reason) => write!(f, "not the answer that was expected: {reason}"),
            Self::Oha(reason) => write!(f, "oha: {reason}"),
            Self::TooMany(needed, seconds) => write!(
                f,
                "so many requests at that rate take {needed} seconds, and may take {seconds}: \
                 give them more --rate or --seconds"
            ),
            Self::Behind(seconds) => {
                write!(f, "not all was answered within {seconds} seconds: try a lower --rate")
            }
        }
    }
}

impl std::error::Error for Failure {}

impl From<local_stack::Failure> for Failure {
    fn from(failure: local_stack::Failure) -> Self {
        Self::Stack(failure)
    }
}

impl From<TablesError> for Failure {
    fn from(error: TablesError) -> Self {
        Self::Stack(error.into())
    }
}
