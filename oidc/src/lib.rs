//! Signs people in at an OpenID Connect issuer, and verifies its tokens (RFC 7519, RFC 9068) where no gateway has
//! done so.
//!
//! `jsonwebtoken` checks only the signature. Its `decode` would accept what the contract refuses: a missing `iss`,
//! 60 seconds of leeway. A token of at most 8 KiB must pass all of these checks:
//!
//! | check | reason |
//! |---|---|
//! | three parts, canonical base64url, UTF-8, strict JSON objects of at most 64 levels | one token has one text and one meaning |
//! | the header has `alg`, `kid`, perhaps `typ`, and nothing else | `crit`, `b64`, `zip`, `cty` change how a token is read; `jku`, `jwk`, `x5u`, `x5c` let it name its own key |
//! | `alg` is `RS256` | `none`, or the public key used as an HMAC secret (RFC 8725, sections 2.1 and 3.1) |
//! | `typ` is absent or `JWT`; an access token's may be `at+jwt` | a token made for another purpose |
//! | `kid` is in the issuer's key set: RSA, `use` is `sig`, `alg` absent or `RS256`, 2048 bits or more | a key for another purpose, or a weak one |
//! | the signature is by that key | a forged token |
//! | `iss` is the issuer, byte by byte | a token of another issuer |
//! | `exp`, `iat` and, if present, `nbf` are whole numbers; `now < exp`, `nbf <= now` | there is no leeway |
//! | `iat` is at most 60 seconds ahead, `exp` at most 24 hours after it | clocks may differ a little; a token that never ends is a password |
//!
//! An access token also these:
//!
//! | check | reason |
//! |---|---|
//! | `client_id` is one of the clients, byte by byte | a token of another application |
//! | `token_use` is `access` | an ID token says who somebody is, not what they allowed |
//! | `sub` and `scope` are strings | they become the principal and its scopes |
//!
//! An ID token also these (OpenID Connect Core 1.0, section 3.1.3.7):
//!
//! | check | reason |
//! |---|---|
//! | `aud` is the client, or a list of strings that contains it | a token of another application |
//! | `azp` is the client; it may be absent if `aud` is no list | a token that another application shows |
//! | `token_use` is absent or `id` | an access token says what somebody allowed, not who signed in |
//! | `nonce` is the one that this sign-in began with | a token of another sign-in, injected or replayed |
//! | `sub` is the access token's | tokens of two people |

mod http_client;
mod id_token;
mod issuer;
mod key_set;
mod published_keys;
mod sign_in;

use strict_json::Object;

use self::issuer::{Issuer, TokenError, text};
pub use self::{
    http_client::{FetchError, is_acceptable_url},
    sign_in::{SignIn, SignInError, SignedIn},
};

/// Verifies access tokens of one issuer.
#[derive(Debug)]
pub struct Verifier {
    issuer: Issuer,
    client_ids: Vec<String>,
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
        Self { issuer: Issuer::new(issuer, jwks_url), client_ids }
    }

    /// The token's claims, if it passes every check at `now` (seconds since the Unix epoch).
    pub async fn verify(&self, token: &str, now: i64) -> Option<AccessToken> {
        self.checked(token, now).await.ok()
    }

    async fn checked(&self, token: &str, now: i64) -> Result<AccessToken, TokenError> {
        self.issuer.verify(token, &["JWT", "at+jwt"], now, |claims| self.read(claims)).await
    }

    fn read(&self, claims: &Object) -> Option<AccessToken> {
        let client = text(claims, "client_id")?;
        let ours =
            self.client_ids.iter().any(|id| id == client) && text(claims, "token_use")? == "access";
        let (subject, scope) = (text(claims, "sub")?.to_owned(), text(claims, "scope")?.to_owned());
        ours.then_some(AccessToken { subject, scope })
    }
}
