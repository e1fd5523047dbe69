//! Why a command ended without doing its work, as the administrator reads it.

use std::{fmt, io, path::PathBuf, process::ExitCode};

use aws_sdk_dynamodb::error::DisplayErrorContext;
use serde_json::{Value, json};
use shared::{config::ConfigError, domain::ServiceId};

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
        /// What holds until it has been run again.
        meanwhile: &'static str,
        /// Why.
        source: Box<Failure>,
    },
    /// A row could not be read, or history could not.
    Row(shared::store::StoreFault),
    /// No user of that name is in the table.
    UnknownUser(String),
    /// No service of that id is in the table.
    UnknownService(ServiceId),
    /// The service is in the table and not in use.
    NotInUse(ServiceId),
    /// Settings are missing or bad.
    Settings(ConfigError),
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

    /// The failure for programs; a refusal with each of its problems.
    #[must_use]
    pub fn json(&self) -> Value {
        let problems = match self {
            Self::Refused(refusal) => refusal.problems(),
            _ => &[],
        };
        let problems: Vec<Value> = problems
            .iter()
            .map(|problem| json!({"place": problem.place.to_string(), "text": problem.text}))
            .collect();
        if problems.is_empty() {
            json!({"error": self.to_string()})
        } else {
            json!({"error": self.to_string(), "problems": problems})
        }
    }

    /// The command's exit code, as `capacityctl --help` explains it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Target(_) | Self::Settings(_) => 2,
            Self::Refused(_) | Self::File { .. } => 3,
            Self::UnknownUser(_) | Self::UnknownService(_) | Self::NotInUse(_) => 4,
            Self::Api { status: 404, .. } => 4,
            Self::Overtaken { .. } | Self::Api { status: 409, .. } => 6,
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
            Self::Unfinished { written, total, meanwhile, source } => write!(
                f,
                "{source}\n{written} of {total} rows were written; run the same import again to do the rest: \
                 {meanwhile}"
            ),
            Self::Row(fault) => f.write_str(&shared::telemetry::chain(fault)),
            Self::UnknownUser(username) => {
                write!(f, "no user is named {username}; `user add` and `import users` add users")
            }
            Self::UnknownService(id) => {
                write!(f, "there is no service {id}; `import services` adds services")
            }
            Self::NotInUse(id) => write!(
                f,
                "service {id} is not in use: readers are told 404; `service show` shows it"
            ),
            Self::Settings(error) => error.fmt(f),
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
