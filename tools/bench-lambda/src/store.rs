//! The store: the engine behind TLS, with certificates made for the run.

use std::{collections::HashMap, error::Error, fs, path::PathBuf};

use local_stack::{
    engine::Engine,
    gateway,
    tls::{Front, Identity},
};
use shared::{client::AMAZON, config::Tables};

use crate::tables::root;

/// Where Debian, and Lambda by a link, have the authorities that the system trusts.
const SYSTEM_ROOTS: [&str; 2] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// A running store.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) engine: Engine,
    front: Front,
    /// What the system trusts, and the run's root: what a function without a choice reads.
    system_roots: PathBuf,
    /// What a function of ours trusts, and the run's root.
    roots: PathBuf,
}

impl Store {
    /// Starts an empty one.
    pub(crate) async fn start() -> Result<Self, Box<dyn Error>> {
        let engine = Engine::in_memory()?;
        let identity = Identity::new()?;
        let front = Front::start(&identity, engine.endpoint()).await?;
        let folder = root().join("target/bench-lambda");
        fs::create_dir_all(&folder)?;
        let system = SYSTEM_ROOTS.iter().find_map(|file| fs::read_to_string(file).ok());
        let system = system.ok_or("the system has no list of authorities")?;
        let system_roots = folder.join("system-roots.pem");
        fs::write(&system_roots, system + &identity.root)?;
        let roots = folder.join("roots.pem");
        fs::write(&roots, AMAZON.to_owned() + &identity.root)?;
        Ok(Self { engine, front, system_roots, roots })
    }

    /// The settings of a function on these tables.
    pub(crate) fn settings(&self, tables: &Tables) -> HashMap<String, String> {
        let mut settings = gateway::settings(tables);
        settings.extend(gateway::store(self.front.endpoint()));
        // The SDK's own connector reads the one, functions of ours read the other.
        let files = [("SSL_CERT_FILE", &self.system_roots), ("AWS_CA_BUNDLE", &self.roots)];
        let files =
            files.map(|(name, file)| (name.to_owned(), file.to_string_lossy().into_owned()));
        settings.extend(files);
        settings
    }
}
