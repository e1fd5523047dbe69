//! Reserves the stack's ports before anything starts.

use std::{io::ErrorKind, net::TcpListener};

use crate::{Error, cli::Arguments};

/// A port and its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its number.
    pub number: u16,
    /// The component that listens there.
    pub purpose: &'static str,
    /// The flag to choose another port.
    pub flag: &'static str,
}

/// Listeners for the components of this process.
#[derive(Debug)]
pub struct Listeners {
    /// The API's: on IPv4 and, if there is IPv6, there too. `cargo lambda invoke` connects to the latter.
    /// Empty if another process runs the functions.
    pub api: Vec<TcpListener>,
    /// The DynamoDB engine's.
    pub dynamodb: TcpListener,
    /// The token issuer's.
    pub issuer: TcpListener,
}

impl Listeners {
    /// Binds the requested ports.
    ///
    /// # Errors
    ///
    /// A port is taken, or may not be used.
    pub fn bind(arguments: &Arguments) -> Result<Self, Error> {
        let api = Port { number: arguments.port, purpose: "API", flag: "--port" };
        let dynamodb = Port {
            number: arguments.dynamodb_port,
            purpose: "DynamoDB engine",
            flag: "--dynamodb-port",
        };
        let issuer =
            Port { number: arguments.issuer_port, purpose: "token issuer", flag: "--issuer-port" };
        let mut api_listeners = Vec::new();
        if !arguments.only_services {
            api_listeners.push(bind(api)?);
            api_listeners.extend(bind_ipv6(api)?);
        }
        Ok(Self { api: api_listeners, dynamodb: bind(dynamodb)?, issuer: bind(issuer)? })
    }
}

fn bind(port: Port) -> Result<TcpListener, Error> {
    TcpListener::bind(("127.0.0.1", port.number)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Error::PortTaken(port),
        _ => Error::Start(port.purpose, error),
    })
}

fn bind_ipv6(port: Port) -> Result<Option<TcpListener>, Error> {
    match TcpListener::bind(("::1", port.number)) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(Error::PortTaken(port)),
        Err(_) => Ok(None),
    }
}
