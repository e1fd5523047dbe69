//! The token verifier, with an issuer that signs whatever a test wants.

use std::sync::LazyLock;

use capacityctl::signing_key::SigningKey;
use jsonwebtoken::{Algorithm, crypto};
use lambda_http::{Body, Request, http::HeaderValue};
use serde_json::{Value, json};
use shared::{
    auth::{AuthError, Authenticator, Principal, Scope},
    runtime::{self, Environment},
};

use super::{KeyServer, NOW, Published, log, time};

pub(crate) const ISSUER: &str = "https://id.example.org/pool";
pub(crate) const CLIENT: &str = "client";

/// A verifier, its issuer's key and the endpoint.
pub(crate) struct TokenVerifier {
    pub(crate) server: KeyServer,
    pub(crate) key: SigningKey,
    authenticator: Authenticator,
}

impl TokenVerifier {
    /// A verifier whose issuer publishes one key.
    pub(crate) fn start() -> Self {
        Self::beside(&[])
    }

    /// A verifier whose issuer publishes its key and these.
    pub(crate) fn beside(others: &[Value]) -> Self {
        log::watch();
        let key = issuer_key();
        let keys = [others, &[jwk(&key)]].concat();
        let server = KeyServer::publishing(Published::Keys(keys));
        let authenticator = authenticator(ISSUER, &server.url());
        Self { server, key, authenticator }
    }

    /// The same, with an issuer whose discovery document says where the keys are.
    pub(crate) fn discovering(self) -> Self {
        let authenticator = authenticator(self.server.issuer(), "");
        Self { authenticator, ..self }
    }

    /// The same, with keys from another address.
    pub(crate) fn fetching_from(self, jwks_url: &str) -> Self {
        Self { authenticator: authenticator(ISSUER, jwks_url), ..self }
    }

    /// The header of a good token.
    pub(crate) fn header(&self) -> Value {
        json!({"alg": "RS256", "kid": self.key.id()})
    }

    /// A token with this header and these claims, properly signed.
    pub(crate) fn sign(&self, header: &str, claims: &str) -> String {
        sign(&self.key, header.as_bytes(), claims.as_bytes())
    }

    /// A good token.
    pub(crate) fn good(&self) -> String {
        self.sign(&self.header().to_string(), &claims().to_string())
    }

    /// The decision on a request, that many seconds after [`NOW`].
    pub(crate) async fn decide(&self, request: &Request, at: i64) -> Result<Principal, AuthError> {
        self.authenticator.authenticate(request, Scope::Read, time(NOW + at)).await
    }

    /// Whether a token is accepted, that many seconds after [`NOW`].
    pub(crate) async fn accepts(&self, token: &str, at: i64) -> bool {
        let request = bearing(token.as_bytes()).expect("a header's value");
        self.decide(&request, at).await.is_ok()
    }
}

/// The key of the tests' issuers in PKCS#1 DER. They share it: making a key takes long.
pub(crate) fn issuer_key_der() -> &'static [u8] {
    static DER: LazyLock<Vec<u8>> = LazyLock::new(|| local_stack::key::make_der().expect("a key"));
    &DER
}

/// The key of the tests' issuers.
pub(crate) fn issuer_key() -> SigningKey {
    SigningKey::from_der(issuer_key_der()).expect("a key")
}

fn authenticator(issuer: &str, jwks_url: &str) -> Authenticator {
    let settings = [
        ("AUTH_MODE", "jwt"),
        ("JWT_ISSUER", issuer),
        ("JWT_CLIENT_IDS", CLIENT),
        ("JWT_JWKS_URL", jwks_url),
    ];
    let environment: Environment =
        settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
    runtime::authenticator(&environment).expect("settings")
}

/// The claims of a good token.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "editor", "client_id": CLIENT, "token_use": "access",
        "scope": "capacity/read capacity/write", "iat": NOW, "exp": NOW + 3600,
    })
}

/// The public half of a key as a JWKS shows it.
pub(crate) fn jwk(key: &SigningKey) -> Value {
    serde_json::to_value(key.public()).expect("a JWK")
}

/// A token with this header and these claims, signed with that key.
pub(crate) fn sign(key: &SigningKey, header: &[u8], claims: &[u8]) -> String {
    let signed = format!("{}.{}", base64url(header), base64url(claims));
    let signature = crypto::sign(signed.as_bytes(), key.private(), Algorithm::RS256);
    format!("{signed}.{}", signature.expect("a signature"))
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A request with that bearer token; `None` if the bytes cannot stand in a header.
pub(crate) fn bearing(token: &[u8]) -> Option<Request> {
    with_header("authorization", &[b"Bearer ", token].concat())
}

/// A request with that header; `None` if the bytes cannot stand in one.
pub(crate) fn with_header(name: &str, value: &[u8]) -> Option<Request> {
    let mut request = Request::new(Body::Empty);
    let name: lambda_http::http::HeaderName = name.parse().ok()?;
    request.headers_mut().insert(name, HeaderValue::from_bytes(value).ok()?);
    Some(request)
}
