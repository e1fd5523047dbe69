//! The store: the DynamoDB engine behind a TLS proxy, with certificates generated for the run.

use std::{collections::HashMap, error::Error, fs, path::PathBuf};

use local_stack::{
    engine::Engine,
    function_env,
    tls_proxy::{ServerIdentity, TlsProxy},
};
use shared::{runtime::client::AMAZON, store::TableNames};

use crate::tables::root;

/// The system's trusted certificate authorities, on Debian and (by a link) in Lambda.
const SYSTEM_ROOTS: [&str; 2] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// A running store.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) engine: Engine,
    proxy: TlsProxy,
    /// The system's authorities and the run's root, for functions with the SDK's defaults.
    system_roots: PathBuf,
    /// The authorities that our functions trust, and the run's root.
    roots: PathBuf,
}

impl Store {
    /// Starts an empty store.
    pub(crate) async fn start() -> Result<Self, Box<dyn Error>> {
        let engine = Engine::in_memory()?;
        let identity = ServerIdentity::new()?;
        let proxy = TlsProxy::start(&identity, engine.endpoint()).await?;
        let folder = root().join("target/bench-lambda");
        fs::create_dir_all(&folder)?;
        let system = SYSTEM_ROOTS.iter().find_map(|file| fs::read_to_string(file).ok());
        let system = system.ok_or("the system has no file of certificate authorities")?;
        let system_roots = folder.join("system-roots.pem");
        fs::write(&system_roots, system + &identity.root)?;
        let roots = folder.join("roots.pem");
        fs::write(&roots, AMAZON.to_owned() + &identity.root)?;
        Ok(Self { engine, proxy, system_roots, roots })
    }

    /// The environment variables of a function on these tables.
    pub(crate) fn settings(&self, tables: &TableNames) -> HashMap<String, String> {
        let mut settings = function_env::settings(tables);
        settings.extend(function_env::aws_variables(self.proxy.endpoint()));
        // The SDK's connector reads the first, our functions the second.
        let files = [("SSL_CERT_FILE", &self.system_roots), ("AWS_CA_BUNDLE", &self.roots)];
        let files =
            files.map(|(name, file)| (name.to_owned(), file.to_string_lossy().into_owned()));
        settings.extend(files);
        settings
    }
}
