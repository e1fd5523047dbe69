//! A TLS proxy for the engine, with certificates generated at the start.
//!
//! The certificates resemble DynamoDB's: a root, an intermediate and the server, each with an RSA key of
//! 2,048 bits, so that a handshake costs the same.

use std::{error::Error, io, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256, RsaKeySize,
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

/// The host name in the certificate.
const HOST: &str = "localhost";

/// A server's certificate, with the root that clients must trust.
pub struct ServerIdentity {
    /// The root's certificate, PEM.
    pub root: String,
    acceptor: TlsAcceptor,
}

impl ServerIdentity {
    /// Generates one for `localhost`.
    ///
    /// # Errors
    ///
    /// A key or certificate cannot be generated.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let (root_key, intermediate_key, server_key) = (key()?, key()?, key()?);
        let (root, intermediate) = (authority("Root"), authority("Intermediate"));
        let root_certificate = root.self_signed(&root_key)?;
        let root = Issuer::new(root, root_key);
        let intermediate_certificate = intermediate.signed_by(&intermediate_key, &root)?;
        let issuer = Issuer::new(intermediate, intermediate_key);
        let server = CertificateParams::new([HOST.to_owned()])?.signed_by(&server_key, &issuer)?;
        let chain = vec![server.der().clone(), intermediate_certificate.der().clone()];
        let key = PrivateKeyDer::try_from(server_key.serialize_der())?;
        Ok(Self { root: root_certificate.pem(), acceptor: acceptor(chain, key)? })
    }
}

fn acceptor(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, Box<dyn Error>> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A proxy that accepts TLS and forwards plain TCP. Stops when dropped.
#[derive(Debug)]
pub struct TlsProxy {
    endpoint: String,
    server: JoinHandle<()>,
}

impl TlsProxy {
    /// Starts one for an `http` URL, on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// There is no free port.
    pub async fn start(identity: &ServerIdentity, upstream: &str) -> io::Result<Self> {
        let listener = TcpListener::bind((HOST, 0)).await?;
        let endpoint = format!("https://{HOST}:{}", listener.local_addr()?.port());
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let server = tokio::spawn(serve(listener, identity.acceptor.clone(), upstream));
        Ok(Self { endpoint, server })
    }

    /// Its URL.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for TlsProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, upstream: String) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let (acceptor, upstream) = (acceptor.clone(), upstream.clone());
        tokio::spawn(async move {
            client.set_nodelay(true).ok()?;
            let mut client = acceptor.accept(client).await.ok()?;
            let mut upstream = TcpStream::connect(upstream).await.ok()?;
            upstream.set_nodelay(true).ok()?;
            // A killed client does not close the TLS connection: ignore the error.
            copy_bidirectional(&mut client, &mut upstream).await.ok()
        });
    }
}
