//! Why a command does not know which tables to work on.

use std::{fmt, io, path::PathBuf};

/// Why the tables were not found.
#[derive(Debug)]
pub enum TargetError {
    /// No local stack, and the environment does not decide.
    NotFound,
    /// The stack file cannot be used.
    StackFile(PathBuf, io::Error),
    /// The stack of the stack file does not answer.
    NotRunning(PathBuf, String),
    /// The environment decides, but does not name this table.
    MissingTable(&'static str, &'static str),
    /// The environment decides, but only the local stack issues tokens.
    NoIssuer(&'static str),
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str(
                "no local stack is running here: start one with `cargo dev`, or set AWS_REGION, SERVICES_TABLE, \
                 USERS_TABLE, STATUS_HISTORY_TABLE, CHANGES_TABLE, IDEMPOTENCY_TABLE and AUDIT_TABLE to work on AWS",
            ),
            Self::StackFile(file, error) => write!(f, "cannot use {}: {error}", file.display()),
            Self::NotRunning(file, endpoint) => write!(
                f,
                "the local stack of {} does not answer at {endpoint}: restart it with `cargo dev`",
                file.display()
            ),
            Self::MissingTable(variable, because) => write!(
                f,
                "{because} is set, so the environment selects the tables, but {variable} is not set: \
                 set it, or unset {because} to use the local stack"
            ),
            Self::NoIssuer(because) => write!(
                f,
                "only the local stack issues tokens, but {because} is set, so the environment selects the tables: \
                 unset it"
            ),
        }
    }
}

impl std::error::Error for TargetError {}
