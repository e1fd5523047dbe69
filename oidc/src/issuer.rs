//! The checks that every token of an issuer must pass, whatever it is for.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};
use strict_json::{Json, Object};

use super::{
    key_set::{KeyError, KeySet},
    published_keys::PublishedKeys,
};

/// The longest token accepted, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// How far an issuer's clock may be ahead of ours, in seconds.
const ISSUED_AHEAD: i64 = 60;
/// The longest lifetime accepted, in seconds.
const MAX_LIFETIME: i64 = 24 * 60 * 60;

/// An issuer and its keys.
#[derive(Debug)]
pub(super) struct Issuer {
    url: String,
    keys: KeySet,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    /// It does not pass a check.
    Refused,
    /// The issuer's keys could not be fetched.
    NoKeys,
}

impl Issuer {
    /// Without `jwks_url` the keys' URL is read from the issuer's discovery document.
    pub(super) fn new(url: String, jwks_url: Option<String>) -> Self {
        let keys = KeySet::new(PublishedKeys::new(&url, jwks_url));
        Self { url, keys }
    }

    /// What `read` makes of the token's claims, if the token passes every check at `now` and has one of these
    /// types, or none.
    pub(super) async fn verify<T>(
        &self,
        token: &str,
        types: &[&str],
        now: i64,
        read: impl FnOnce(&Object) -> Option<T>,
    ) -> Result<T, TokenError> {
        let token = Token::parse(token, types).ok_or(TokenError::Refused)?;
        // Claims that are refused cause no fetch of keys.
        let ours = text(&token.claims, "iss") == Some(self.url.as_str());
        let valid = ours && is_in_time(&token.claims, now) == Some(true);
        let read = valid.then(|| read(&token.claims)).flatten().ok_or(TokenError::Refused)?;
        let key = self.keys.key(&token.key_id, now).await.map_err(|error| match error {
            KeyError::Unknown => TokenError::Refused,
            KeyError::Unavailable => TokenError::NoKeys,
        })?;
        let genuine = crypto::verify(token.signature, token.signed, &key, Algorithm::RS256);
        if genuine.unwrap_or(false) { Ok(read) } else { Err(TokenError::Refused) }
    }
}

/// A token whose signature is not yet checked.
struct Token<'a> {
    key_id: String,
    claims: Object,
    signed: &'a [u8],
    signature: &'a str,
}

impl<'a> Token<'a> {
    fn parse(token: &'a str, types: &[&str]) -> Option<Self> {
        let token = Some(token).filter(|token| token.len() <= MAX_BYTES)?;
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let key_id = key_id(&object(header)?, types)?;
        Some(Self { key_id, claims: object(claims)?, signed: signed.as_bytes(), signature })
    }
}

fn object(part: &str) -> Option<Object> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    match strict_json::parse(str::from_utf8(&bytes).ok()?).ok()? {
        Json::Object(object) => Some(object),
        _ => None,
    }
}

/// The `kid` of a header; `None` if the header asks for anything but an RS256 signature.
fn key_id(header: &Object, types: &[&str]) -> Option<String> {
    let known = header.names().all(|name| ["alg", "kid", "typ"].contains(&name));
    let typed = match header.member("typ") {
        None => true,
        Some(Json::String(typ)) => types.contains(&typ.as_str()),
        Some(_) => false,
    };
    (known && typed && text(header, "alg")? == "RS256")
        .then(|| text(header, "kid").map(str::to_owned))?
}

/// Whether the token is valid at `now`; `None` if a time is missing or is not one.
fn is_in_time(claims: &Object, now: i64) -> Option<bool> {
    let (expires, issued) = (seconds(claims, "exp")?, seconds(claims, "iat")?);
    let begun = match claims.member("nbf") {
        None => true,
        Some(_) => seconds(claims, "nbf")? <= now,
    };
    let lasts = expires - issued <= MAX_LIFETIME;
    Some(begun && now < expires && issued <= now + ISSUED_AHEAD && lasts)
}

/// The member with that name, if it is a string.
pub(super) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
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
