//! Why a command ended without doing its work, as the administrator reads it.

use std::{fmt, io, path::PathBuf};

use aws_sdk_dynamodb::error::DisplayErrorContext;

use crate::{Refusal, target::TargetError};

/// A command's failure; its text is complete, sources included.
#[derive(Debug)]
pub enum Failure {
    /// There is nothing to work on.
    Target(TargetError),
    /// A file given on the command line cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file's contents are not acceptable; nothing was changed.
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
    /// No user of that name is in the table.
    UnknownUser(String),
    /// The token could not be signed.
    Token(jsonwebtoken::errors::Error),
}

impl Failure {
    /// A fault of the store on that table.
    pub(crate) fn store(table: &str, source: impl Into<aws_sdk_dynamodb::Error>) -> Self {
        Self::Store { table: table.to_owned(), source: Box::new(source.into()) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(error) => error.fmt(f),
            Self::Unreadable { file, source } => {
                write!(f, "cannot read {}: {source}", file.display())
            }
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Overtaken { table } => {
                write!(
                    f,
                    "table {table} was changed by someone else meanwhile; run the import again"
                )
            }
            Self::Store { table, source } => match source.as_ref() {
                aws_sdk_dynamodb::Error::ResourceNotFoundException(_) => {
                    write!(f, "there is no table {table}")
                }
                other => write!(f, "table {table}: {}", DisplayErrorContext(other)),
            },
            Self::UnknownUser(username) => {
                write!(f, "no user is named {username}; `cargo ctl import users FILE` adds users")
            }
            Self::Token(error) => write!(f, "cannot sign a token: {error}"),
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
