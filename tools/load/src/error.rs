//! Why a run has no report.

use std::{fmt, io, path::PathBuf};

use local_stack::tables::TablesError;

/// What went wrong.
#[derive(Debug)]
pub enum Error {
    /// An error of the local stack.
    Stack(local_stack::Error),
    /// A file or folder cannot be used.
    File(PathBuf, io::Error),
    /// A component did not start or run.
    Start(&'static str, io::Error),
    /// The event that serves as a template is invalid.
    Event(&'static str),
    /// The tables could not be seeded.
    Seed(String),
    /// An invocation had no outcome.
    Invoke(&'static str, String),
    /// A request outside of the load got an unexpected response.
    UnexpectedResponse(String),
    /// oha failed.
    LoadGenerator(String),
    /// The picture cannot be drawn.
    Picture(String),
    /// This number of requests at this rate takes longer than allowed.
    TooMany(u64, u64),
    /// Boards need at least this many services.
    TooFew(u64),
    /// The load took longer than allowed.
    TimedOut(u64),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stack(error) => error.fmt(f),
            Self::File(path, error) => write!(f, "cannot use {}: {error}", path.display()),
            Self::Start(name, error) => write!(f, "the {name} did not run: {error}"),
            Self::Event(case) => {
                write!(f, "events/{case}.json lacks members that every event of the gateway has")
            }
            Self::Seed(reason) => write!(f, "cannot seed the tables: {reason}"),
            Self::Invoke(function, reason) => write!(f, "{function}: {reason}"),
            Self::UnexpectedResponse(reason) => {
                write!(f, "unexpected response: {reason}")
            }
            Self::LoadGenerator(reason) => write!(f, "oha: {reason}"),
            Self::Picture(reason) => write!(f, "no picture: {reason}"),
            Self::TooMany(needed, seconds) => write!(
                f,
                "at this rate the requests take {needed} seconds, but only {seconds} are allowed: raise --rate or \
                 --seconds"
            ),
            Self::TooFew(services) => {
                write!(f, "boards of 200 services need a larger directory: --services {services}")
            }
            Self::TimedOut(seconds) => {
                write!(f, "not all requests were answered within {seconds} seconds: lower --rate")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<local_stack::Error> for Error {
    fn from(error: local_stack::Error) -> Self {
        Self::Stack(error)
    }
}

impl From<TablesError> for Error {
    fn from(error: TablesError) -> Self {
        Self::Stack(error.into())
    }
}
