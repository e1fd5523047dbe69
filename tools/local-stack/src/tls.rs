//! TLS in front of the engine, with certificates made on the spot.
//!
//! They are of the kind of DynamoDB's own: a root, one authority below it and the server, each with RSA keys
//! of 2,048 bits, so that a handshake costs what it costs there.

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

/// The name that the certificate is for.
const HOST: &str = "localhost";

/// A server's certificate, and what it takes to trust it.
pub struct Identity {
    /// The root's certificate, PEM.
    pub root: String,
    acceptor: TlsAcceptor,
}

impl Identity {
    /// A new one for `localhost`.
    ///
    /// # Errors
    ///
    /// There is no randomness.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let (root_key, middle_key, server_key) = (key()?, key()?, key()?);
        let (root, middle) = (authority("A root"), authority("An authority below it"));
        let root_certificate = root.self_signed(&root_key)?;
        let root = Issuer::new(root, root_key);
        let middle_certificate = middle.signed_by(&middle_key, &root)?;
        let issuer = Issuer::new(middle, middle_key);
        let server = CertificateParams::new([HOST.to_owned()])?.signed_by(&server_key, &issuer)?;
        let chain = vec![server.der().clone(), middle_certificate.der().clone()];
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

/// A server with TLS that passes on to one without; it stops when this is dropped.
#[derive(Debug)]
pub struct Front {
    endpoint: String,
    server: JoinHandle<()>,
}

impl Front {
    /// Starts one in front of an `http` address, on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// There is no free port.
    pub async fn start(identity: &Identity, behind: &str) -> io::Result<Self> {
        let listener = TcpListener::bind((HOST, 0)).await?;
        let endpoint = format!("https://{HOST}:{}", listener.local_addr()?.port());
        let behind = behind.trim_start_matches("http://").to_owned();
        let server = tokio::spawn(serve(listener, identity.acceptor.clone(), behind));
        Ok(Self { endpoint, server })
    }

    /// Its address.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, behind: String) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let (acceptor, behind) = (acceptor.clone(), behind.clone());
        tokio::spawn(async move {
            client.set_nodelay(true).ok()?;
            let mut client = acceptor.accept(client).await.ok()?;
            let mut behind = TcpStream::connect(behind).await.ok()?;
            behind.set_nodelay(true).ok()?;
            // A client that is killed closes nothing.
            copy_bidirectional(&mut client, &mut behind).await.ok()
        });
    }
}
