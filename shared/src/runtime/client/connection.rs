//! A connection to the store, with or without TLS. It carries one request at a time.

use std::{io, sync::Arc, time::Duration};

use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use lambda_http::http::{
    HeaderValue, Request, Response, Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, pki_types::ServerName},
};

use super::roots;
use crate::runtime::{Environment, SettingsError};

/// How long a connection may take to open, with its name lookup and TLS.
const CONNECT: Duration = Duration::from_secs(1);

/// How long a response may take to begin.
const READ: Duration = Duration::from_millis(1500);

/// How long an unused connection is kept. A NAT gateway may sit between a function and DynamoDB. It drops
/// connections after 350 idle seconds ([AWS]), and the next request is the first to notice. The time is measured
/// by the process's clock, which may stop while the environment is frozen.
///
/// [AWS]: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
const IDLE: Duration = Duration::from_secs(300);

/// The variable that replaces AWS's endpoint.
const ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";

/// The endpoint of DynamoDB.
#[derive(Clone, Debug)]
pub(super) struct Address {
    scheme: Scheme,
    authority: Authority,
    /// The `Host` header.
    pub(super) host_header: HeaderValue,
    port: u16,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

impl Address {
    /// The endpoint in `AWS_ENDPOINT_URL_DYNAMODB`, or AWS's endpoint of this region if that is not set.
    ///
    /// # Errors
    /// The endpoint or the certificates cannot be used, or other machines could read what is sent to it.
    pub(super) fn read(environment: &Environment, region: &str) -> Result<Self, SettingsError> {
        let url = environment.optional(ENDPOINT);
        let url = url.unwrap_or_else(|| format!("https://dynamodb.{region}.amazonaws.com"));
        let roots = environment.optional("AWS_CA_BUNDLE");
        Self::new(&url, roots.as_deref())
    }

    fn new(url: &str, roots: Option<&str>) -> Result<Self, SettingsError> {
        let bad = |problem: &str| SettingsError::new(ENDPOINT, problem);
        let uri = url.parse::<Uri>().map_err(|error| bad(&error.to_string()))?.into_parts();
        let (Some(scheme), Some(authority)) = (uri.scheme, uri.authority) else {
            return Err(bad("is not an address"));
        };
        if ![Scheme::HTTP, Scheme::HTTPS].contains(&scheme) {
            return Err(bad("is neither http nor https"));
        }
        if scheme == Scheme::HTTP && !is_loopback(authority.host()) {
            return Err(bad("is http, which is only for a loopback address"));
        }
        let path = uri.path_and_query.as_ref().map_or("/", PathAndQuery::as_str);
        if path != "/" || authority.as_str().contains('@') {
            return Err(bad("has more than a host and a port"));
        }
        let default_port = if scheme == Scheme::HTTPS { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(default_port);
        // As the SDK signs it: without the default port.
        let host = if port == default_port { authority.host() } else { authority.as_str() };
        let host_header = HeaderValue::from_str(host).map_err(|error| bad(&error.to_string()))?;
        let tls = if scheme == Scheme::HTTPS {
            let name = ServerName::try_from(strip_brackets(authority.host()).to_owned());
            let name = name.map_err(|error| bad(&error.to_string()))?;
            let config = roots::config(roots);
            Some((config.map_err(|problem| SettingsError::new("AWS_CA_BUNDLE", problem))?, name))
        } else {
            None
        };
        Ok(Self { scheme, authority, host_header, port, tls })
    }

    /// The URL, in the form that the SDK expects.
    pub(super) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }
}

/// Whether only this machine has that host, as a URL names it. Anything else must be reached by https.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

/// The host; an IPv6 address loses its brackets.
fn strip_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum TransportError {
    /// It took too long.
    TimedOut,
    /// The connection could not be opened, or has ended.
    Ended(Box<dyn std::error::Error + Send + Sync>),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for TransportError {
    fn from(error: E) -> Self {
        Self::Ended(Box::new(error))
    }
}

/// An open, idle connection.
#[derive(Debug)]
pub(super) struct Connection {
    sender: SendRequest<SdkBody>,
    last_used: Instant,
}

impl Connection {
    /// Opens a connection.
    pub(super) async fn open(address: &Address) -> Result<Self, TransportError> {
        timeout(CONNECT, Self::connected(address)).await.unwrap_or(Err(TransportError::TimedOut))
    }

    async fn connected(address: &Address) -> Result<Self, TransportError> {
        let stream =
            TcpStream::connect((strip_brackets(address.authority.host()), address.port)).await?;
        stream.set_nodelay(true)?;
        let Some((config, name)) = &address.tls else { return Self::over(stream).await };
        let tls = TlsConnector::from(Arc::clone(config));
        Self::over(tls.connect(name.clone(), stream).await?).await
    }

    async fn over<S>(stream: S) -> Result<Self, TransportError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, last_used: Instant::now() })
    }

    /// Whether the connection is open and was used recently enough.
    pub(super) fn is_usable(&self) -> bool {
        !self.sender.is_closed() && self.last_used.elapsed() < IDLE
    }

    /// Sends a request and reads the whole response. After that the connection can be used again.
    pub(super) async fn exchange(
        mut self,
        request: Request<SdkBody>,
    ) -> Result<(Response<SdkBody>, Self), TransportError> {
        self.sender.ready().await?;
        let sent = self.sender.send_request(request);
        let (parts, body) =
            timeout(READ, sent).await.map_err(|_| TransportError::TimedOut)??.into_parts();
        let body = body.collect().await?.to_bytes();
        let answer = Response::from_parts(parts, SdkBody::from(body));
        self.last_used = Instant::now();
        Ok((answer, self))
    }
}

impl From<TransportError> for io::Error {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::TimedOut => Self::from(io::ErrorKind::TimedOut),
            TransportError::Ended(error) => Self::other(error),
        }
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::Address;

    #[test]
    fn the_host_header_has_no_default_port() {
        let host = |url| Address::new(url, None).expect("an address").host_header;
        assert_eq!(host("https://store:443"), "store");
        assert_eq!(host("https://[::1]:443"), "[::1]");
        assert_eq!(host("http://localhost:80"), "localhost");
        assert_eq!(host("http://localhost:443"), "localhost:443");
        assert_eq!(host("https://store"), "store");
    }
}
