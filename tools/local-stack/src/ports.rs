//! The ports of the stack: all free before anything is started.

use std::{io::ErrorKind, net::TcpListener};

use crate::{Failure, cli::Arguments};

/// A port and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its number.
    pub number: u16,
    /// What listens there.
    pub purpose: &'static str,
    /// The flag that chooses another.
    pub flag: &'static str,
}

/// Listeners for the parts that run in this process; the API's own port is only known to be free.
#[derive(Debug)]
pub struct Listeners {
    /// The API's on IPv6, where there is IPv6.
    pub api_ipv6: Option<TcpListener>,
    /// The DynamoDB engine's.
    pub dynamodb: TcpListener,
    /// The token issuer's.
    pub issuer: TcpListener,
}

impl Listeners {
    /// Takes the ports that were asked for.
    ///
    /// # Errors
    ///
    /// One of them is taken, or not for everybody.
    pub fn bind(arguments: &Arguments) -> Result<Self, Failure> {
        let api = Port { number: arguments.port, purpose: "API", flag: "--port" };
        let dynamodb = Port {
            number: arguments.dynamodb_port,
            purpose: "DynamoDB engine",
            flag: "--dynamodb-port",
        };
        let issuer =
            Port { number: arguments.issuer_port, purpose: "token issuer", flag: "--issuer-port" };
        // Held until all are taken, so that no two of them are the same.
        let held = bind(api)?;
        let listeners =
            Self { api_ipv6: bind_ipv6(api)?, dynamodb: bind(dynamodb)?, issuer: bind(issuer)? };
        drop(held);
        Ok(listeners)
    }
}

fn bind(port: Port) -> Result<TcpListener, Failure> {
    TcpListener::bind(("127.0.0.1", port.number)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::PortTaken(port),
        _ => Failure::Part(port.purpose, error),
    })
}

fn bind_ipv6(port: Port) -> Result<Option<TcpListener>, Failure> {
    match TcpListener::bind(("::1", port.number)) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(Failure::PortTaken(port)),
        Err(_) => Ok(None),
    }
}
