//! DynamoDB's endpoint, where it is not AWS's own.

use std::{
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use shared::runtime::client::is_loopback;

/// The endpoint of this service that a variable or a profile names, by the rules of every AWS SDK. Either may also say
/// that none is to be used. An empty one is none: the SDK would panic.
#[must_use]
pub fn configured(config: &SdkConfig, service_id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service_id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let named = config.service_config().and_then(|settings| settings.load_config(key.ok()?));
    let named = named.filter(|url| !url.is_empty());
    named.or_else(|| config.endpoint_url().map(str::to_owned))
}

/// Whether the host of this URL is this machine: then it cannot be AWS.
#[must_use]
pub fn is_on_this_machine(endpoint: &str) -> bool {
    let uri = endpoint.parse::<http::Uri>();
    uri.is_ok_and(|uri| uri.host().is_some_and(is_loopback))
}

/// Whether anything listens at `http://host:port`.
pub(crate) fn is_listening(endpoint: &str) -> bool {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let addresses = authority.to_socket_addrs().into_iter().flatten();
    addresses
        .into_iter()
        .any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}
