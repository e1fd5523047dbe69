//! Fetches the keys that an issuer publishes, and its discovery document if needed.
//!
//! Only https and loopback addresses are used, and redirects are not followed.

use std::{collections::HashMap, error::Error, time::Duration};

use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector as _, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::HttpRequest,
    },
    shared::IntoShared as _,
};
use aws_smithy_types::byte_stream::ByteStream;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::Uri;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// How long a fetch of the keys may take, the discovery document included.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The largest document accepted, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// The shortest RSA modulus accepted, in bits.
const MIN_MODULUS_BITS: usize = 2048;

/// Where an issuer publishes its keys.
#[derive(Debug)]
pub(super) struct PublishedKeys {
    issuer: String,
    jwks_url: Option<String>,
    connector: SharedHttpConnector,
}

/// Why keys could not be fetched, for the log.
type FetchError = Box<dyn Error + Send + Sync>;

/// The members of the issuer's discovery document (OpenID Connect Discovery 1.0, section 3) that are used.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    r#use: String,
    alg: Option<String>,
    n: String,
    e: String,
}

impl PublishedKeys {
    /// The keys of this issuer. Without `jwks_url` their URL is read from its discovery document.
    pub(super) fn new(issuer: &str, jwks_url: Option<String>) -> Self {
        let settings =
            HttpConnectorSettings::builder().connect_timeout(TIMEOUT).read_timeout(TIMEOUT);
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .connector_settings(settings.build())
            .build();
        Self { issuer: issuer.to_owned(), jwks_url, connector: connector.into_shared() }
    }

    /// The usable keys by their id: at least one.
    pub(super) async fn keys(&self) -> Result<HashMap<String, DecodingKey>, FetchError> {
        let jwks = tokio::time::timeout(TIMEOUT, self.jwks()).await??;
        let keys: HashMap<_, _> = jwks.keys.iter().filter_map(|key| usable(key)).collect();
        if keys.is_empty() { Err("no usable key is published".into()) } else { Ok(keys) }
    }

    async fn jwks(&self) -> Result<Jwks, FetchError> {
        if let Some(url) = &self.jwks_url {
            return self.get(url).await;
        }
        let issuer = self.issuer.trim_end_matches('/');
        let url = format!("{issuer}/.well-known/openid-configuration");
        let discovery: Discovery = self.get(&url).await?;
        if discovery.issuer != self.issuer || !is_acceptable_url(&discovery.jwks_uri) {
            return Err("the discovery document is another issuer's, or leads nowhere safe".into());
        }
        self.get(&discovery.jwks_uri).await
    }

    async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, FetchError> {
        let response = self.connector.call(HttpRequest::get(url)?).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("status {status}").into());
        }
        let (mut body, mut bytes) = (ByteStream::new(response.into_body()), Vec::new());
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk?);
            if bytes.len() > MAX_BYTES {
                return Err("the document is too large".into());
            }
        }
        Ok(serde_json::from_slice(&bytes)?)
    }
}

/// The key, if it can verify RS256 signatures and is long enough.
fn usable(key: &RawValue) -> Option<(String, DecodingKey)> {
    let Jwk { kty, kid, r#use, alg, n, e } = serde_json::from_str(key.get()).ok()?;
    let signs = kty == "RSA" && r#use == "sig" && alg.is_none_or(|alg| alg == "RS256");
    let long = bits(&BASE64_URL_SAFE_NO_PAD.decode(&n).ok()?) >= MIN_MODULUS_BITS;
    let decoding = DecodingKey::from_rsa_components(&n, &e).ok()?;
    (signs && long).then_some((kid, decoding))
}

/// The length of a big-endian number, in bits.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    let leading = number.get(zeros).map_or(0, |byte| byte.leading_zeros() as usize);
    (number.len() - zeros) * 8 - leading
}

/// Whether keys from this address can be trusted: https, or http on a loopback address.
#[must_use]
pub fn is_acceptable_url(url: &str) -> bool {
    let Ok(url) = url.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (url.scheme_str(), url.authority()) else {
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
