//! Bearer tokens (RFC 6750, RFC 7519) verified by the function itself, where nothing in front does.
//!
//! The structure is read by our own strict JSON, the signature is checked by `jsonwebtoken`: its
//! `decode` would accept what the contract refuses (a missing `iss`, a minute of leeway).

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};
use lambda_http::{Request, http::header::AUTHORIZATION};

use super::{
    Principal,
    jwks::KeySet,
    published::{Published, is_acceptable_url},
};
use crate::{
    config::Environment,
    domain::Timestamp,
    json::{self, Json, Object},
};

/// The longest token accepted, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// By how many seconds an issuer's clock may be ahead of ours.
const ISSUED_AHEAD: i64 = 60;
/// The longest lifetime accepted, in seconds.
const MAX_LIFETIME: i64 = 24 * 60 * 60;

/// Verifies access tokens of one issuer.
#[derive(Debug)]
pub struct Verifier {
    issuer: String,
    client_ids: Vec<String>,
    keys: KeySet,
}

impl Verifier {
    /// Reads `JWT_ISSUER`, `JWT_CLIENT_IDS` and `JWT_JWKS_URL`.
    pub(super) fn read(environment: &mut Environment) -> Option<Self> {
        let issuer = environment.required("JWT_ISSUER");
        let jwks_url = environment.optional("JWT_JWKS_URL");
        for (name, url) in [("JWT_ISSUER", &issuer), ("JWT_JWKS_URL", &jwks_url)] {
            if url.as_deref().is_some_and(|url| !is_acceptable_url(url)) {
                environment.report(name, "is neither https nor http on a loopback address");
            }
        }
        let client_ids = environment.required("JWT_CLIENT_IDS")?;
        let client_ids: Vec<_> = client_ids
            .split(',')
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty())
            .collect();
        if client_ids.is_empty() {
            environment.report("JWT_CLIENT_IDS", "names no client");
        }
        let issuer = issuer?;
        let keys = KeySet::new(Published::new(&issuer, jwks_url));
        Some(Self { issuer, client_ids, keys })
    }

    /// The principal of the request's bearer token; `None` unless every check passes.
    pub(super) async fn principal(&self, request: &Request, now: Timestamp) -> Option<Principal> {
        let token = bearer_token(request)?;
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let key_id = key_id(&object(header)?)?;
        let claims = object(claims)?;
        let principal = self.check(&claims, now)?;
        let key = self.keys.key(&key_id, now).await?;
        let genuine = crypto::verify(signature, signed.as_bytes(), &key, Algorithm::RS256);
        genuine.unwrap_or(false).then_some(principal)
    }

    fn check(&self, claims: &Object, now: Timestamp) -> Option<Principal> {
        let now = now.epoch_seconds();
        let (expires, issued) = (seconds(claims, "exp")?, seconds(claims, "iat")?);
        let begun = match claims.member("nbf") {
            None => true,
            Some(_) => seconds(claims, "nbf")? <= now,
        };
        let in_time = begun
            && now < expires
            && issued <= now + ISSUED_AHEAD
            && expires - issued <= MAX_LIFETIME;
        let ours = text(claims, "iss")? == self.issuer
            && text(claims, "token_use")? == "access"
            && self.client_ids.iter().any(|id| Some(id.as_str()) == text(claims, "client_id"));
        let principal = Principal::new(text(claims, "sub")?, text(claims, "scope")?)?;
        (in_time && ours).then_some(principal)
    }
}

/// The token of the one Authorization header: `Bearer` in any case, one space, the token.
fn bearer_token(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= MAX_BYTES).then_some(token)
}

fn object(part: &str) -> Option<Object> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    match json::parse(str::from_utf8(&bytes).ok()?).ok()? {
        Json::Object(object) => Some(object),
        _ => None,
    }
}

/// The `kid` of a header that asks for nothing but an RS256 signature.
fn key_id(header: &Object) -> Option<String> {
    let known = header.names().all(|name| ["alg", "kid", "typ"].contains(&name));
    let typed = match header.member("typ") {
        None => true,
        Some(Json::String(typ)) => typ == "JWT" || typ == "at+jwt",
        Some(_) => false,
    };
    (known && typed && text(header, "alg")? == "RS256")
        .then(|| text(header, "kid").map(str::to_owned))?
}

fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    match object.member(name)? {
        Json::String(text) => Some(text),
        _ => None,
    }
}

/// A NumericDate in whole seconds.
fn seconds(object: &Object, name: &str) -> Option<i64> {
    match object.member(name)? {
        Json::Number(number) => {
            number.parse().ok().filter(|&seconds| (0..1 << 40).contains(&seconds))
        }
        _ => None,
    }
}
