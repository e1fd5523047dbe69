//! Fetches the keys that an issuer publishes, and its discovery document if needed.

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::Request;
use http_body_util::Full;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::http_client::{FetchError, HttpClient, in_time, is_acceptable_url};

/// The shortest RSA modulus accepted, in bits.
const MIN_MODULUS_BITS: usize = 2048;

/// Where an issuer publishes its keys.
#[derive(Debug)]
pub(super) struct PublishedKeys {
    issuer: String,
    jwks_url: Option<String>,
    client: HttpClient,
}

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
        Self { issuer: issuer.to_owned(), jwks_url, client: HttpClient::new() }
    }

    /// The usable keys by their id: at least one.
    pub(super) async fn keys(&self) -> Result<HashMap<String, DecodingKey>, FetchError> {
        let jwks = in_time(self.jwks()).await?;
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
        let response = self.client.send(Request::get(url).body(Full::default())?).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("status {status}").into());
        }
        Ok(serde_json::from_slice(response.body())?)
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
