//! Why the stack did not start or stopped, as the developer reads it.

use std::{fmt, io, path::PathBuf};

use crate::{ports::Port, tables::TablesError};

/// What went wrong. The text says what to do about it.
#[derive(Debug)]
pub enum Error {
    /// The workspace's root was not found.
    NoWorkspace,
    /// Another stack, the process with this id, uses this folder.
    AlreadyRunning(PathBuf, String),
    /// Another program uses the port.
    PortTaken(Port),
    /// A file or folder cannot be used.
    File(PathBuf, io::Error),
    /// A component of this process did not start.
    Start(&'static str, io::Error),
    /// The tables could not be created.
    Tables(TablesError),
    /// The sample data could not be imported.
    Seed(Box<capacityctl::Error>),
    /// A program failed.
    Program(String, String),
    /// The routes in CargoLambda.toml cannot be read.
    Routes(String),
    /// The gateway's configuration for browsers (CORS) in openapi.yaml cannot be read.
    Cors(String),
    /// A program, for the reason of the last attempt, did not answer in time.
    NotReady(String, String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWorkspace => f.write_str(
                "neither this folder nor a parent is the workspace of the Capacity Status API",
            ),
            Self::AlreadyRunning(state, process) => write!(
                f,
                "another `cargo dev` (process {process}) uses {}: stop it with Ctrl-C or `kill {process}`, or choose \
                 another folder with --state and other ports",
                state.display()
            ),
            Self::PortTaken(port) => write!(
                f,
                "the {} cannot use port {}: stop the program that listens there, or choose another port with \
                 {} PORT",
                port.purpose, port.number, port.flag
            ),
            Self::File(path, error) => write!(f, "cannot use {}: {error}", path.display()),
            Self::Start(name, error) => write!(f, "the {name} did not start: {error}"),
            Self::Tables(error) => error.fmt(f),
            Self::Seed(error) => write!(f, "cannot import the sample data: {error}"),
            Self::Program(name, reason) => write!(f, "{name}: {reason}"),
            Self::Routes(reason) => {
                write!(f, "cannot read the routes of CargoLambda.toml: {reason}")
            }
            Self::Cors(reason) => {
                write!(f, "cannot read x-amazon-apigateway-cors of openapi.yaml: {reason}")
            }
            Self::NotReady(name, last) => {
                write!(f, "{name} did not answer in time ({last}); see the lines above")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<TablesError> for Error {
    fn from(error: TablesError) -> Self {
        Self::Tables(error)
    }
}
