//! ID tokens, which tell an application who signed in (OpenID Connect Core 1.0, section 2).

use capacityctl::token::{Issuer, LIFETIME_SECONDS};
use jsonwebtoken::{Algorithm, Header, errors::Error};
use serde::Serialize;

use super::codes::Grant;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    token_use: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    auth_time: u64,
    iat: u64,
    exp: u64,
}

/// Signs an ID token that is issued at this time (epoch seconds).
pub(crate) fn mint(issuer: &Issuer, grant: &Grant, issued_at: u64) -> Result<String, Error> {
    let claims = Claims {
        iss: &issuer.url,
        sub: grant.session.username,
        aud: grant.client_id,
        token_use: "id",
        nonce: grant.nonce.as_deref(),
        auth_time: grant.session.signed_in_at,
        iat: issued_at,
        exp: issued_at + LIFETIME_SECONDS,
    };
    let header = Header { kid: Some(issuer.key.id().to_owned()), ..Header::new(Algorithm::RS256) };
    jsonwebtoken::encode(&header, &claims, issuer.key.private())
}
