//! Requests to the issuer: one connection each, by HTTP/1.1, with TLS and Mozilla's certificate authorities. On a
//! loopback address also without TLS.
//!
//! Redirects are not followed.

use std::{error::Error, sync::Arc, time::Duration};

use http::{HeaderValue, Request, Response, Uri, header::HOST, uri::Scheme};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    body::Bytes,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{self, ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use webpki_roots::TLS_SERVER_ROOTS;

/// How long the issuer may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The largest response accepted, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Why there is no usable response, for the log. It has no code and no token.
pub type FetchError = Box<dyn Error + Send + Sync>;

/// What sends the requests.
#[derive(Debug)]
pub(super) struct HttpClient {
    roots: Arc<RootCertStore>,
}

/// An open connection.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// The task that reads and writes. It ends when this is dropped.
    _task: JoinSet<()>,
}

impl HttpClient {
    pub(super) fn new() -> Self {
        Self::trusting(RootCertStore { roots: TLS_SERVER_ROOTS.to_vec() })
    }

    fn trusting(roots: RootCertStore) -> Self {
        Self { roots: Arc::new(roots) }
    }

    /// Sends a request and reads the whole response. Its target is the whole URL.
    pub(super) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, FetchError> {
        let mut connection = self.connect(request.uri()).await?;
        // HTTP/1.1 expects only the path in the request line, and the host in a header.
        if let Some(authority) = request.uri().authority() {
            let host = HeaderValue::from_str(authority.as_str())?;
            request.headers_mut().insert(HOST, host);
        }
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
        let (parts, body) = connection.sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, MAX_BYTES).collect().await?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }

    async fn connect(&self, uri: &Uri) -> Result<Connection, FetchError> {
        let Some(authority) = uri.authority().filter(|_| is_acceptable(uri)) else {
            return Err("the address is neither https nor http on a loopback address".into());
        };
        let tls = uri.scheme() == Some(&Scheme::HTTPS);
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        if tls {
            let name = ServerName::try_from(host.to_owned())?;
            Connection::over(self.tls()?.connect(name, stream).await?).await
        } else {
            Connection::over(stream).await
        }
    }

    fn tls(&self) -> Result<TlsConnector, rustls::Error> {
        // The provider is named here, so that no process-wide default is used.
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

impl Connection {
    async fn over<S>(stream: S) -> Result<Self, FetchError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let mut task = JoinSet::new();
        task.spawn(async {
            // Whoever waits for the response gets the same error.
            let _ = connection.await;
        });
        Ok(Self { sender, _task: task })
    }
}

/// What the issuer answers, if it does so in time.
pub(super) async fn in_time<T>(
    answer: impl Future<Output = Result<T, FetchError>>,
) -> Result<T, FetchError> {
    timeout(TIMEOUT, answer).await.unwrap_or_else(|_| Err("no response in time".into()))
}

/// Whether an issuer may be reached at this address: https, or http on a loopback address.
#[must_use]
pub fn is_acceptable_url(url: &str) -> bool {
    url.parse().is_ok_and(|uri| is_acceptable(&uri))
}

fn is_acceptable(uri: &Uri) -> bool {
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return false;
    };
    // No user information, and nothing between host and port: both would disguise the host.
    let after_host = authority.as_str().strip_prefix(authority.host());
    let plain = after_host.is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
    });
    let local = ["127.0.0.1", "localhost", "[::1]"].contains(&authority.host());
    plain && (scheme == "https" || scheme == "http" && local)
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use std::sync::Arc;

    use http::Request;
    use http_body_util::Full;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{
            RootCertStore, ServerConfig,
            crypto::ring,
            pki_types::{CertificateDer, PrivateKeyDer},
        },
    };

    use super::HttpClient;

    /// An authority, and a server with its certificate for `localhost`.
    fn authority() -> (CertificateDer<'static>, TlsAcceptor) {
        let (root_key, key) = (KeyPair::generate().expect("a"), KeyPair::generate().expect("b"));
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let trusted = root.self_signed(&root_key).expect("a root").der().clone();
        let server = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let server = server.signed_by(&key, &Issuer::new(root, root_key)).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS")
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone()], key)
            .expect("a server");
        (trusted, TlsAcceptor::from(Arc::new(config)))
    }

    async fn serve(listener: TcpListener, tls: TlsAcceptor) {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let Ok(mut stream) = tls.accept(stream).await else { continue };
            assert!(stream.read(&mut [0; 4096]).await.expect("a request") > 0);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
            stream.write_all(answer).await.expect("a client");
        }
    }

    #[tokio::test]
    async fn the_client_checks_the_certificate_authority_and_the_host_name() {
        let ((own, tls), (other, _)) = (authority(), authority());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(serve(listener, tls));
        let trusting = |root| {
            let mut roots = RootCertStore::empty();
            roots.add(root).expect("a root");
            HttpClient::trusting(roots)
        };
        let said = async |client: HttpClient, host: &str| {
            let url = format!("https://{host}:{port}/");
            let request = Request::get(url).body(Full::default()).expect("a request");
            client.send(request).await.map_err(|error| error.to_string())
        };
        let answer = said(trusting(own.clone()), "localhost").await.expect("an answer");
        assert_eq!(answer.body(), "hello");
        let elsewhere = said(trusting(own), "127.0.0.1").await.expect_err("another name");
        assert!(elsewhere.contains("not valid for name"), "{elsewhere}");
        for client in [trusting(other), HttpClient::new()] {
            let refused = said(client, "localhost").await.expect_err("another authority");
            assert!(refused.contains("invalid peer certificate"), "{refused}");
        }
    }
}
