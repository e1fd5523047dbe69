//! The issuer's signing keys (RFC 7517), fetched when needed and kept.

use std::{collections::HashMap, time::Duration};

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
use jsonwebtoken::DecodingKey;
use lambda_http::http::Uri;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::domain::Timestamp;

/// The least time between two fetches, in seconds: what a flood of unknown key ids costs the issuer.
const MIN_INTERVAL: i64 = 10;
/// How long one fetch may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The shortest RSA modulus accepted, in bytes: 2048 bits.
const MIN_MODULUS: usize = 256;

/// The keys of one issuer by their id.
#[derive(Debug)]
pub(super) struct KeySet {
    issuer: String,
    discovery_url: String,
    jwks_url: Option<String>,
    connector: SharedHttpConnector,
    /// Held during a fetch, so that there is one in flight however many requests wait.
    cache: Mutex<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    keys: HashMap<String, DecodingKey>,
    last_fetch: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    r#use: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl KeySet {
    pub(super) fn new(issuer: &str, jwks_url: Option<String>) -> Self {
        let settings =
            HttpConnectorSettings::builder().connect_timeout(TIMEOUT).read_timeout(TIMEOUT);
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .connector_settings(settings.build())
            .build();
        Self {
            issuer: issuer.to_owned(),
            discovery_url: format!(
                "{}/.well-known/openid-configuration",
                issuer.trim_end_matches('/')
            ),
            jwks_url,
            connector: connector.into_shared(),
            cache: Mutex::default(),
        }
    }

    /// The key of that id. An unknown id causes a fetch, at most one in ten seconds; a fetch that
    /// fails leaves the known keys as they are.
    pub(super) async fn key(&self, id: &str, now: Timestamp) -> Option<DecodingKey> {
        let mut cache = self.cache.lock().await;
        let known = cache.keys.get(id).cloned();
        let waited = |last: Timestamp| now.epoch_seconds() - last.epoch_seconds() >= MIN_INTERVAL;
        if known.is_some() || !cache.last_fetch.is_none_or(waited) {
            return known;
        }
        cache.last_fetch = Some(now);
        match tokio::time::timeout(TIMEOUT, self.fetch()).await {
            Ok(Some(keys)) => cache.keys = keys,
            Ok(None) | Err(_) => tracing::warn!("jwks_fetch_failed"),
        }
        cache.keys.get(id).cloned()
    }

    async fn fetch(&self) -> Option<HashMap<String, DecodingKey>> {
        let url = match &self.jwks_url {
            Some(url) => url.clone(),
            None => {
                let discovered: Discovery = self.get(&self.discovery_url).await?;
                let own = discovered.issuer == self.issuer;
                Some(discovered.jwks_uri).filter(|url| own && is_acceptable_url(url))?
            }
        };
        let jwks: Jwks = self.get(&url).await?;
        Some(jwks.keys.into_iter().filter_map(usable).collect())
    }

    /// Redirects are not followed: their status is no success.
    async fn get<T: serde::de::DeserializeOwned>(&self, url: &str) -> Option<T> {
        let response = self.connector.call(HttpRequest::get(url).ok()?).await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let body = ByteStream::new(response.into_body());
        serde_json::from_slice(&body.collect().await.ok()?.into_bytes()).ok()
    }
}

/// The key, if it is an RSA key for signatures that is long enough.
fn usable(key: Jwk) -> Option<(String, DecodingKey)> {
    let (modulus, exponent) = (key.n?, key.e?);
    let long = BASE64_URL_SAFE_NO_PAD.decode(&modulus).ok()?.len() >= MIN_MODULUS;
    let signs = key.kty == "RSA" && key.r#use.as_deref() == Some("sig");
    let decoding = DecodingKey::from_rsa_components(&modulus, &exponent).ok()?;
    (long && signs).then_some((key.kid?, decoding))
}

/// Keys go over https, or do not leave the machine.
pub(super) fn is_acceptable_url(url: &str) -> bool {
    let Ok(url) = url.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (url.scheme_str(), url.authority()) else {
        return false;
    };
    // No user information, and nothing between host and port: both would mislead about the host.
    let after_host = authority.as_str().strip_prefix(authority.host());
    let plain = after_host.is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
    });
    let local = ["127.0.0.1", "localhost", "[::1]"].contains(&authority.host());
    plain && (scheme == "https" || scheme == "http" && local)
}
