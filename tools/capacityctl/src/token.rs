//! Mints access tokens that look like Cognito's, for the local issuer only.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, Header, errors::Error};
use serde::Serialize;

use crate::signing_key::SigningKey;

/// A working day; verification allows at most 24 hours.
pub const LIFETIME_SECONDS: u64 = 12 * 60 * 60;
/// The scopes of a token by default.
pub const SCOPE: &str = "capacity/read capacity/write";

/// The issuer that signs tokens.
#[derive(Debug)]
pub struct Issuer {
    /// The `iss` of its tokens.
    pub url: String,
    /// The `client_id` of people's tokens.
    pub client_id: String,
    /// Its key.
    pub key: SigningKey,
}

/// The holder of a token and what the token permits.
#[derive(Clone, Copy, Debug)]
pub struct Bearer<'a> {
    /// The `sub`.
    pub subject: &'a str,
    /// The `username`; a system's token has none.
    pub username: Option<&'a str>,
    /// The `client_id`; `None` for that of people.
    pub client_id: Option<&'a str>,
    /// The `scope`, space-separated.
    pub scope: &'a str,
    /// The `token_use`: the API accepts `access` only.
    pub token_use: &'a str,
}

impl<'a> Bearer<'a> {
    /// A user with both scopes.
    #[must_use]
    pub const fn user(subject: &'a str, username: &'a str) -> Self {
        let username = Some(username);
        Self { subject, username, client_id: None, scope: SCOPE, token_use: "access" }
    }

    /// A system with both scopes. Its client id is its subject; it has no username.
    #[must_use]
    pub const fn system(client_id: &'a str) -> Self {
        let (subject, client_id) = (client_id, Some(client_id));
        Self { subject, username: None, client_id, scope: SCOPE, token_use: "access" }
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    client_id: &'a str,
    token_use: &'a str,
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    version: u8,
    jti: String,
    auth_time: u64,
    iat: u64,
    exp: u64,
}

/// Signs a token that is issued at this time (epoch seconds) and valid for [`LIFETIME_SECONDS`].
///
/// # Errors
///
/// The key cannot sign.
pub fn mint(issuer: &Issuer, bearer: &Bearer<'_>, issued_at: u64) -> Result<String, Error> {
    let claims = Claims {
        iss: &issuer.url,
        sub: bearer.subject,
        client_id: bearer.client_id.unwrap_or(&issuer.client_id),
        token_use: bearer.token_use,
        scope: bearer.scope,
        username: bearer.username,
        version: 2,
        jti: uuid::Uuid::new_v4().to_string(),
        auth_time: issued_at,
        iat: issued_at,
        exp: issued_at + LIFETIME_SECONDS,
    };
    let header = Header { kid: Some(issuer.key.id().to_owned()), ..Header::new(Algorithm::RS256) };
    jsonwebtoken::encode(&header, &claims, issuer.key.private())
}

/// The current time in epoch seconds.
#[must_use]
pub fn now_seconds() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "tools have no clock of requests")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
