//! Why a command failed, as the administrator reads it.

use std::{error::Error as _, fmt, io, path::PathBuf};

use serde_json::{Value, json};
use shared::{domain::ServiceId, runtime::SettingsError, store::StoreFault};

use crate::{ValidationError, output::BAD, store_failure::StoreFailure, target::TargetError};

/// Why a command failed. The text is complete and includes its sources.
#[derive(Debug)]
pub enum Error {
    /// The command line is invalid.
    Usage(clap::Error),
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
    /// The status is not the one that the user was shown.
    StatusChanged {
        /// The service.
        service: ServiceId,
        /// Its status now.
        current: String,
    },
    /// The user was asked and did not say yes.
    Declined,
    /// DynamoDB refused a request or did not answer.
    Store {
        /// The table.
        table: String,
        /// The error.
        source: Box<aws_sdk_dynamodb::Error>,
    },
    /// A command that writes many items stopped before it was complete.
    Partial {
        /// How many items were written or deleted.
        done: u64,
        /// How many had to be.
        total: usize,
        /// What was done to them.
        what: &'static str,
        /// How to do the rest, and what this means until then.
        advice: &'static str,
        /// Why.
        source: Box<Error>,
    },
    /// The user interrupted a command that was writing.
    Interrupted,
    /// The user interrupted a command that had written nothing yet.
    InterruptedBeforeWriting,
    /// A status or its history could not be read or written.
    Fault {
        /// The tables.
        tables: String,
        /// Why.
        fault: StoreFault,
    },
    /// AWS does not say who the operator is.
    Operator(Box<dyn std::error::Error + Send + Sync>),
    /// The table has no user of this name.
    UnknownUser(String),
    /// The table has no service with this id.
    UnknownService(ServiceId),
    /// The service is inactive.
    NotInUse(ServiceId),
    /// The service does not exist or is inactive.
    NoActiveService(ServiceId),
    /// The user is inactive.
    InactiveUser(String),
    /// The user may not update the service.
    NotPermitted {
        /// The user.
        username: String,
        /// The service.
        service: ServiceId,
    },
    /// Settings are missing or invalid.
    Settings(SettingsError),
    /// The token could not be signed.
    Token(jsonwebtoken::errors::Error),
    /// The result could not be written as JSON or CSV.
    Unwritable(String),
    /// The command finished, but its result cannot be printed.
    Output(io::Error),
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

    /// The error as printed on a terminal. May have ANSI colours.
    pub(crate) fn terminal_text(&self) -> String {
        match self {
            Self::Usage(error) => error.render().ansi().to_string().trim_end().to_owned(),
            error => format!("{BAD}error:{BAD:#} {error}"),
        }
    }

    /// The exit code, as `capacityctl --help` explains it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Target(_) | Self::Settings(_) => 2,
            Self::Invalid(_)
            | Self::Declined
            | Self::File { .. }
            | Self::InactiveUser(_)
            | Self::NotPermitted { .. } => 3,
            Self::UnknownUser(_)
            | Self::UnknownService(_)
            | Self::NotInUse(_)
            | Self::NoActiveService(_) => 4,
            Self::ConcurrentModification { .. } | Self::StatusChanged { .. } => 6,
            Self::Partial { source, .. } => source.exit_code(),
            Self::Interrupted | Self::InterruptedBeforeWriting => 130,
            Self::Store { .. }
            | Self::Fault { .. }
            | Self::Operator(_)
            | Self::Token(_)
            | Self::Unwritable(_)
            | Self::Output(_) => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error) => f.write_str(&usage_text(error)),
            Self::Target(error) => error.fmt(f),
            Self::File { file, source } => write!(f, "file {}: {source}", file.display()),
            Self::Invalid(error) => error.fmt(f),
            Self::ConcurrentModification { table } => write!(
                f,
                "someone else changed table {table} at the same time; run the command again"
            ),
            Self::StatusChanged { service, current } => {
                write!(f, "nothing was changed: service {service} has changed, it is now {current}")
            }
            Self::Declined => f.write_str("nothing was changed: the answer was not yes"),
            Self::Store { table, source } => {
                let StoreFailure { reason, advice } = StoreFailure::of(source.as_ref());
                write!(f, "table {table}: {reason}\n{advice}")
            }
            Self::Partial { done, total, what, advice, source } => {
                write!(f, "{source}\nat least {done} of {total} {what}; {advice}")
            }
            Self::Interrupted => f.write_str("interrupted"),
            Self::InterruptedBeforeWriting => f.write_str("interrupted; nothing was written"),
            Self::Fault { tables, fault } => write_fault(f, tables, fault),
            Self::Operator(error) => {
                let StoreFailure { reason, advice } = StoreFailure::of(error.as_ref());
                write!(f, "cannot find out who you are, so nothing was changed: {reason}\n{advice}")
            }
            Self::UnknownUser(username) => {
                write!(f, "user {username} does not exist; `user add` and `import users` add users")
            }
            Self::UnknownService(id) => {
                write!(f, "service {id} does not exist; `import services` adds services")
            }
            Self::NotInUse(id) => {
                write!(f, "service {id} is inactive, readers get 404; `service show` shows it")
            }
            Self::NoActiveService(id) => {
                write!(f, "there is no active service {id}; `service list --all` lists all")
            }
            Self::InactiveUser(username) => {
                write!(f, "user {username} is inactive; `user activate` activates a user")
            }
            Self::NotPermitted { username, service } => write!(
                f,
                "user {username} may not update service {service}: this takes the permission editCapacity and \
                 an assignment to the service or one of its ancestors; `user grant` grants them"
            ),
            Self::Settings(error) => error.fmt(f),
            Self::Token(error) => write!(f, "cannot sign a token: {error}"),
            Self::Unwritable(reason) => write!(f, "cannot write the result: {reason}"),
            Self::Output(error) => write!(
                f,
                "the command finished, but its result cannot be written to standard output: {error}"
            ),
        }
    }
}

/// What is wrong with the command line, without the reminder of how to use it.
fn usage_text(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let text = text.split("\n\nUsage: ").next().unwrap_or_default();
    let text = text.split("\n\nFor more information").next().unwrap_or_default();
    text.trim_start_matches("error: ").trim_end().to_owned()
}

fn write_fault(f: &mut fmt::Formatter<'_>, tables: &str, fault: &StoreFault) -> fmt::Result {
    match fault.source() {
        Some(source) => {
            let StoreFailure { reason, advice } = StoreFailure::of(source);
            write!(f, "{tables}: {reason}\n{advice}")
        }
        None => write!(f, "{tables}: {fault}"),
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
