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

/// Listeners for the components of this process. The API's own port is only checked: another process uses
/// it.
#[derive(Debug)]
pub struct Listeners {
    /// The API's on IPv6, if there is IPv6.
    pub api_ipv6: Option<TcpListener>,
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
        // Held until all are bound, so that no two are the same.
        let held = bind(api)?;
        let listeners =
            Self { api_ipv6: bind_ipv6(api)?, dynamodb: bind(dynamodb)?, issuer: bind(issuer)? };
        drop(held);
        Ok(listeners)
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
