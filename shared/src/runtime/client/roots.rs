//! The certificate authorities that are trusted for connections to DynamoDB.

use std::{fs, sync::Arc};

use tokio_rustls::rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// Amazon's own authorities. Reading the system's list, some 140 others, takes ten times as long as a function's
/// start.
pub const AMAZON: &str = include_str!("amazon_roots.pem");

/// The TLS settings, with the authorities in this PEM file, or Amazon's if there is no file.
///
/// # Errors
/// The file cannot be read, has no certificate, or has an invalid one.
pub(super) fn config(file: Option<&str>) -> Result<Arc<ClientConfig>, String> {
    let roots = match file {
        Some(file) => roots(&fs::read_to_string(file).map_err(|error| error.to_string())?),
        None => roots(AMAZON),
    };
    // The provider is named here, so that no process-wide default is used.
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots?)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn roots(pem: &str) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("no certificate".to_owned()) } else { Ok(roots) }
}
