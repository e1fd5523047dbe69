//! Why a command ended without doing its work, as the administrator reads it.

use std::{fmt, io, path::PathBuf, process::ExitCode};

use aws_sdk_dynamodb::error::DisplayErrorContext;
use shared::domain::ServiceId;

use crate::{Refusal, target::TargetError};

/// A command's failure; its text is complete, sources included.
#[derive(Debug)]
pub enum Failure {
    /// There is nothing to work on.
    Target(TargetError),
    /// A file given on the command line cannot be read or written.
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was given is not acceptable; nothing was changed.
    Refused(Refusal),
    /// Someone else changed the same items in the meantime.
    Overtaken {
        /// The table.
        table: String,
    },
    /// The store did not do what it was asked.
    Store {
        /// The table.
        table: String,
        /// What the store said.
        source: Box<aws_sdk_dynamodb::Error>,
    },
    /// An import ended before its end.
    Unfinished {
        /// How many rows it wrote.
        written: u64,
        /// How many there were to write.
        total: usize,
        /// Why.
        source: Box<Failure>,
    },
    /// A row could not be read, or history could not.
    Row(shared::store::StoreFault),
    /// No user of that name is in the table.
    UnknownUser(String),
    /// No service of that id is in the table.
    UnknownService(ServiceId),
    /// The API refused what it was asked to do.
    Api {
        /// Its status.
        status: u16,
        /// Its problem document, or as much as there is of one.
        detail: String,
    },
    /// The token could not be signed.
    Token(jsonwebtoken::errors::Error),
    /// What was found could not be written as JSON or CSV.
    Unwritable(String),
}

impl Failure {
    /// A fault of the store on that table.
    pub(crate) fn store(table: &str, source: impl Into<aws_sdk_dynamodb::Error>) -> Self {
        Self::Store { table: table.to_owned(), source: Box::new(source.into()) }
    }

    /// The command's exit code, as `capacityctl --help` explains it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Target(_) => 2,
            Self::Refused(_) | Self::File { .. } => 3,
            Self::UnknownUser(_) | Self::UnknownService(_) => 4,
            Self::Overtaken { .. } => 6,
            Self::Api { status, .. } if *status < 500 => 3,
            Self::Unfinished { source, .. } => return source.exit_code(),
            _ => 1,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(error) => error.fmt(f),
            Self::File { file, source } => write!(f, "file {}: {source}", file.display()),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Overtaken { table } => {
                write!(f, "table {table} was changed by someone else meanwhile; do it again")
            }
            Self::Store { table, source } => match source.as_ref() {
                aws_sdk_dynamodb::Error::ResourceNotFoundException(_) => {
                    write!(f, "there is no table {table}")
                }
                other => write!(f, "table {table}: {}", DisplayErrorContext(other)),
            },
            Self::Unfinished { written, total, source } => write!(
                f,
                "{source}\n{written} of {total} rows were written; run the same import again to do the rest. \
                 Until then services that were to move may still be updated by those assigned to their old \
                 ancestors"
            ),
            Self::Row(fault) => f.write_str(&shared::telemetry::chain(fault)),
            Self::UnknownUser(username) => {
                write!(f, "no user is named {username}; `user add` and `import users` add users")
            }
            Self::UnknownService(id) => {
                write!(f, "there is no service {id}; `import services` adds services")
            }
            Self::Api { status, detail } => write!(f, "refused with status {status}: {detail}"),
            Self::Token(error) => write!(f, "cannot sign a token: {error}"),
            Self::Unwritable(reason) => write!(f, "cannot write what was found: {reason}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        Self::Target(error)
    }
}

impl From<shared::store::StoreFault> for Failure {
    fn from(fault: shared::store::StoreFault) -> Self {
        Self::Row(fault)
    }
}
