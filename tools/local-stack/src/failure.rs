//! Why the stack did not start or did not stay, as the developer reads it.

use std::{fmt, io, path::PathBuf};

use crate::{ports::Port, tables::TablesError};

/// What went wrong; the text says what to do about it.
#[derive(Debug)]
pub enum Failure {
    /// The workspace's root was not found.
    NoWorkspace,
    /// Another stack uses the same folder.
    AlreadyRunning(PathBuf),
    /// Somebody else listens there.
    PortTaken(Port),
    /// A file or folder cannot be used.
    File(PathBuf, io::Error),
    /// Something that was to run in this process did not.
    Part(&'static str, io::Error),
    /// The tables are not as template.yaml describes them.
    Tables(TablesError),
    /// The sample directory was not imported.
    Seed(Box<capacityctl::Failure>),
    /// A program that was started failed.
    Program(&'static str, String),
    /// `[workspace.metadata.lambda.watch.router]` cannot be read.
    Routes(String),
    /// A route did not answer in time.
    NotReady(String, String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWorkspace => f.write_str(
                "neither this folder nor one above is the workspace of the Capacity Status API",
            ),
            Self::AlreadyRunning(state) => write!(
                f,
                "another `cargo dev` is running on {}: stop it with Ctrl-C there, or choose another folder \
                 with --state and other ports",
                state.display()
            ),
            Self::PortTaken(port) => write!(
                f,
                "port {} is taken, and is to be that of the {}: stop what listens there, or choose another \
                 port with {} PORT",
                port.number, port.purpose, port.flag
            ),
            Self::File(path, error) => write!(f, "cannot use {}: {error}", path.display()),
            Self::Part(name, error) => write!(f, "the {name} did not start: {error}"),
            Self::Tables(error) => error.fmt(f),
            Self::Seed(error) => write!(f, "the sample directory was not imported: {error}"),
            Self::Program(name, reason) => write!(f, "{name}: {reason}"),
            Self::Routes(reason) => {
                write!(
                    f,
                    "cannot read [workspace.metadata.lambda.watch.router] of Cargo.toml: {reason}"
                )
            }
            Self::NotReady(route, last) => {
                write!(f, "{route} did not answer in time ({last}); the lines above may say why")
            }
        }
    }
}

impl std::error::Error for Failure {}

impl From<TablesError> for Failure {
    fn from(error: TablesError) -> Self {
        Self::Tables(error)
    }
}
