//! Why a command failed, as the administrator reads it.

use std::{fmt, io, path::PathBuf, process::ExitCode};

use aws_sdk_dynamodb::error::DisplayErrorContext;
use serde_json::{Value, json};
use shared::{domain::ServiceId, runtime::SettingsError};

use crate::{ValidationError, target::TargetError};

/// Why a command failed. The text is complete and includes its sources.
#[derive(Debug)]
pub enum Error {
    /// The tables to work on were not found.
    Target(TargetError),
    /// A file given on the command line cannot be read or written.
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The input is invalid; nothing was changed.
    Invalid(ValidationError),
    /// Someone else changed the same items at the same time.
    ConcurrentModification {
        /// The table.
        table: String,
    },
    /// DynamoDB refused a request or did not answer.
    Store {
        /// The table.
        table: String,
        /// The error.
        source: Box<aws_sdk_dynamodb::Error>,
    },
    /// An import stopped before it was complete.
    PartialImport {
        /// How many rows were written.
        written: u64,
        /// How many rows had to be written.
        total: usize,
        /// What this means until the import is complete.
        effect: &'static str,
        /// Why.
        source: Box<Error>,
    },
    /// An item or the history could not be read.
    Fault(shared::store::StoreFault),
    /// The table has no user of this name.
    UnknownUser(String),
    /// The table has no service with this id.
    UnknownService(ServiceId),
    /// The service is inactive.
    NotInUse(ServiceId),
    /// Settings are missing or invalid.
    Settings(SettingsError),
    /// The API refused the request.
    Api {
        /// The HTTP status.
        status: u16,
        /// The text of the problem document.
        detail: String,
    },
    /// The token could not be signed.
    Token(jsonwebtoken::errors::Error),
    /// The result could not be written as JSON or CSV.
    Unwritable(String),
}

impl Error {
    /// An error of DynamoDB on a table.
    pub(crate) fn store(table: &str, source: impl Into<aws_sdk_dynamodb::Error>) -> Self {
        Self::Store { table: table.to_owned(), source: Box::new(source.into()) }
    }

    /// The error as JSON, with every problem of an invalid input.
    #[must_use]
    pub fn json(&self) -> Value {
        let problems = match self {
            Self::Invalid(error) => error.problems(),
            _ => &[],
        };
        let problems: Vec<Value> = problems
            .iter()
            .map(|problem| json!({"place": problem.location.to_string(), "text": problem.text}))
            .collect();
        if problems.is_empty() {
            json!({"error": self.to_string()})
        } else {
            json!({"error": self.to_string(), "problems": problems})
        }
    }

    /// The exit code, as `capacityctl --help` explains it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Target(_) | Self::Settings(_) => 2,
            Self::Invalid(_) | Self::File { .. } => 3,
            Self::UnknownUser(_) | Self::UnknownService(_) | Self::NotInUse(_) => 4,
            Self::Api { status: 404, .. } => 4,
            Self::ConcurrentModification { .. } | Self::Api { status: 409, .. } => 6,
            Self::Api { status, .. } if *status < 500 => 3,
            Self::PartialImport { source, .. } => return source.exit_code(),
            _ => 1,
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(error) => error.fmt(f),
            Self::File { file, source } => write!(f, "file {}: {source}", file.display()),
            Self::Invalid(error) => error.fmt(f),
            Self::ConcurrentModification { table } => {
                write!(
                    f,
                    "someone else changed table {table} at the same time; run the command again"
                )
            }
            Self::Store { table, source } => match source.as_ref() {
                aws_sdk_dynamodb::Error::ResourceNotFoundException(_) => {
                    write!(f, "table {table} does not exist")
                }
                other => write!(f, "table {table}: {}", DisplayErrorContext(other)),
            },
            Self::PartialImport { written, total, effect, source } => write!(
                f,
                "{source}\n{written} of {total} rows were written; run the same import again to write the rest: \
                 {effect}"
            ),
            Self::Fault(fault) => f.write_str(&shared::store::error_chain(fault)),
            Self::UnknownUser(username) => {
                write!(f, "user {username} does not exist; `user add` and `import users` add users")
            }
            Self::UnknownService(id) => {
                write!(f, "service {id} does not exist; `import services` adds services")
            }
            Self::NotInUse(id) => {
                write!(f, "service {id} is inactive, readers get 404; `service show` shows it")
            }
            Self::Settings(error) => error.fmt(f),
            Self::Api { status, detail } => write!(f, "refused with status {status}: {detail}"),
            Self::Token(error) => write!(f, "cannot sign a token: {error}"),
            Self::Unwritable(reason) => write!(f, "cannot write the result: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<ValidationError> for Error {
    fn from(error: ValidationError) -> Self {
        Self::Invalid(error)
    }
}

impl From<TargetError> for Error {
    fn from(error: TargetError) -> Self {
        Self::Target(error)
    }
}

impl From<shared::store::StoreFault> for Error {
    fn from(fault: shared::store::StoreFault) -> Self {
        Self::Fault(fault)
    }
}
