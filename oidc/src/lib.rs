//! Verifies access tokens of an OpenID Connect issuer (RFC 7519, RFC 9068) when no gateway has done so.
//!
//! `jsonwebtoken` checks only the signature. Its `decode` would accept what the contract refuses: a missing `iss`,
//! 60 seconds of leeway. A token of at most 8 KiB must pass all of these checks:
//!
//! | check | reason |
//! |---|---|
//! | three parts, canonical base64url, UTF-8, strict JSON objects of at most 64 levels | one token has one text and one meaning |
//! | the header has `alg`, `kid`, perhaps `typ`, and nothing else | `crit`, `b64`, `zip`, `cty` change how a token is read; `jku`, `jwk`, `x5u`, `x5c` let it name its own key |
//! | `alg` is `RS256` | `none`, or the public key used as an HMAC secret (RFC 8725, sections 2.1 and 3.1) |
//! | `typ` is absent, `JWT` or `at+jwt` | a token made for another purpose |
//! | `kid` is in the issuer's key set: RSA, `use` is `sig`, `alg` absent or `RS256`, 2048 bits or more | a key for another purpose, or a weak one |
//! | the signature is by that key | a forged token |
//! | `iss` is the issuer, `client_id` one of the clients, byte by byte | a token of another issuer or application |
//! | `token_use` is `access` | an ID token says who somebody is, not what they allowed |
//! | `sub` and `scope` are strings | they become the principal and its scopes |
//! | `exp`, `iat` and, if present, `nbf` are whole numbers; `now < exp`, `nbf <= now` | there is no leeway |
//! | `iat` is at most 60 seconds ahead, `exp` at most 24 hours after it | clocks may differ a little; a token that never ends is a password |

mod http_client;
mod key_set;
mod published_keys;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};
use strict_json::{Json, Object};

pub use self::http_client::{FetchError, is_acceptable_url};
use self::{key_set::KeySet, published_keys::PublishedKeys};

/// The longest token accepted, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// How far an issuer's clock may be ahead of ours, in seconds.
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

/// The claims of a verified access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The claim `sub`.
    pub subject: String,
    /// The claim `scope`, separated by spaces.
    pub scope: String,
}

impl Verifier {
    /// Accepts tokens of this issuer for these clients. Without `jwks_url` the keys' URL is read from the
    /// issuer's discovery document. Both addresses should be [acceptable](is_acceptable_url).
    #[must_use]
    pub fn new(issuer: String, client_ids: Vec<String>, jwks_url: Option<String>) -> Self {
        let keys = KeySet::new(PublishedKeys::new(&issuer, jwks_url));
        Self { issuer, client_ids, keys }
    }

    /// The token's claims, if it passes every check at `now` (seconds since the Unix epoch).
    pub async fn verify(&self, token: &str, now: i64) -> Option<AccessToken> {
        let token = Some(token).filter(|token| token.len() <= MAX_BYTES)?;
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let key_id = key_id(&object(header)?)?;
        let access = self.check(&object(claims)?, now)?;
        let key = self.keys.key(&key_id, now).await?;
        let genuine = crypto::verify(signature, signed.as_bytes(), &key, Algorithm::RS256);
        genuine.unwrap_or(false).then_some(access)
    }

    fn check(&self, claims: &Object, now: i64) -> Option<AccessToken> {
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
        let (subject, scope) = (text(claims, "sub")?.to_owned(), text(claims, "scope")?.to_owned());
        (in_time && ours).then_some(AccessToken { subject, scope })
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
