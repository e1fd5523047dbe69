//! The store: the engine behind TLS, with certificates made for the run.
//!
//! They are of the kind of DynamoDB's own: a root, one authority below it and the server, each with RSA keys
//! of 2,048 bits, so that a handshake costs what it costs there.

use std::{collections::HashMap, error::Error, fs, path::PathBuf, sync::Arc};

use local_stack::{engine::Engine, gateway};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256,
    RsaKeySize,
};
use shared::config::Tables;
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

use crate::tables::root;

/// Where Debian, and Lambda by a link, have the authorities that the system trusts.
const SYSTEM_ROOTS: [&str; 2] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The name that the certificate is for.
const HOST: &str = "localhost";

/// A running store.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) engine: Engine,
    endpoint: String,
    /// What the system trusts, and the run's root.
    roots: PathBuf,
    server: JoinHandle<()>,
}

impl Drop for Store {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Store {
    /// Starts an empty one.
    pub(crate) async fn start() -> Result<Self, Box<dyn Error>> {
        let engine = Engine::in_memory()?;
        let authority = Authority::new()?;
        let listener = TcpListener::bind((HOST, 0)).await?;
        let endpoint = format!("https://{HOST}:{}", listener.local_addr()?.port());
        let folder = root().join("target/bench-lambda");
        fs::create_dir_all(&folder)?;
        let roots = folder.join("roots.pem");
        let system = SYSTEM_ROOTS.iter().find_map(|file| fs::read_to_string(file).ok());
        fs::write(&roots, system.unwrap_or_default() + &authority.root)?;
        let address = engine.endpoint().trim_start_matches("http://").to_owned();
        let server = tokio::spawn(serve(listener, authority.server()?, address));
        Ok(Self { engine, endpoint, roots, server })
    }

    /// The settings of a function on these tables.
    pub(crate) fn settings(&self, tables: &Tables) -> HashMap<String, String> {
        let mut settings = gateway::settings(tables);
        settings.extend(gateway::store(&self.endpoint));
        // The SDK's own connector reads the one, functions of ours read the other.
        for name in ["SSL_CERT_FILE", "AWS_CA_BUNDLE"] {
            settings.insert(name.to_owned(), self.roots.to_string_lossy().into_owned());
        }
        settings
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, engine: String) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let (acceptor, engine) = (acceptor.clone(), engine.clone());
        tokio::spawn(async move {
            client.set_nodelay(true).ok()?;
            let mut client = acceptor.accept(client).await.ok()?;
            let mut engine = TcpStream::connect(engine).await.ok()?;
            engine.set_nodelay(true).ok()?;
            // A function that is ended closes nothing.
            copy_bidirectional(&mut client, &mut engine).await.ok()
        });
    }
}

/// The certificates of the run.
struct Authority {
    /// The root, PEM.
    root: String,
    /// The server's, and that of the authority which has issued it.
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    fn new() -> Result<Self, Box<dyn Error>> {
        let root_key = key()?;
        let root = authority("Root of this run").self_signed(&root_key)?;
        let pem = root.pem();
        let root = Issuer::new(authority("Root of this run"), root_key);
        let middle_key = key()?;
        let middle = authority("Authority of this run").signed_by(&middle_key, &root)?;
        let issuer = Issuer::new(authority("Authority of this run"), middle_key);
        let server_key = key()?;
        let server =
            CertificateParams::new([HOST.to_owned()])?.signed_by(&server_key, &issuer)?;
        Ok(Self {
            root: pem,
            chain: vec![server.der().clone(), middle.der().clone()],
            key: PrivateKeyDer::try_from(server_key.serialize_der())?,
        })
    }

    fn server(self) -> Result<TlsAcceptor, Box<dyn Error>> {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
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
