//! DynamoDB's endpoint, where it is not AWS's own.

use std::{
    net::{IpAddr, TcpStream, ToSocketAddrs},
    time::Duration,
};

use crate::target::variable;

/// The variables that name it; the first that is set wins.
const VARIABLES: [&str; 2] = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"];

/// The endpoint that the environment names.
pub(crate) fn of_environment() -> Option<String> {
    VARIABLES.into_iter().find_map(variable)
}

/// Whether the host of this URL is this machine: then it cannot be AWS.
#[must_use]
pub fn is_on_this_machine(endpoint: &str) -> bool {
    let uri = endpoint.parse::<http::Uri>().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Whether anything listens at `http://host:port`.
pub(crate) fn is_listening(endpoint: &str) -> bool {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let addresses = authority.to_socket_addrs().into_iter().flatten();
    addresses
        .into_iter()
        .any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}
