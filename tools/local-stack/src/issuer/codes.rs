//! Authorization codes: each is exchanged once, soon, by the client that it was made for (RFC 6749, section 4.1.3,
//! and RFC 7636).

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{random_keys::RandomKeys, sessions::Session};

/// How long a code lasts, in seconds.
const LIFETIME: u64 = 60;

/// What a code stands for.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) client_id: &'static str,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) scope: String,
    pub(crate) session: Session,
}

/// What the client sends with a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) code: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) code_verifier: &'a str,
}

#[derive(Debug)]
struct Code {
    grant: Grant,
    issued_at: u64,
    used: bool,
}

/// All codes. Used ones are remembered.
#[derive(Debug)]
pub(crate) struct Codes(RandomKeys<Code>);

impl Codes {
    pub(super) const fn new() -> Self {
        Self(RandomKeys::new())
    }

    pub(super) fn issue(&self, grant: Grant, now: u64) -> Result<String, Unspecified> {
        self.0.add(Code { grant, issued_at: now, used: false })
    }

    /// What the code stands for, or why it is refused. Whatever the result, the code cannot be used again.
    pub(crate) fn redeem(&self, exchange: Exchange<'_>, now: u64) -> Result<Grant, &'static str> {
        self.0
            .with(exchange.code, |code| code.redeem(exchange, now))
            .unwrap_or(Err("the code is unknown"))
    }
}

impl Code {
    fn redeem(&mut self, exchange: Exchange<'_>, now: u64) -> Result<Grant, &'static str> {
        if std::mem::replace(&mut self.used, true) {
            return Err("the code was used before");
        }
        let grant = &self.grant;
        if now >= self.issued_at + LIFETIME {
            Err("the code has expired")
        } else if exchange.client_id != grant.client_id {
            Err("the code is for another client")
        } else if exchange.redirect_uri != grant.redirect_uri {
            Err("the code is for another redirect_uri")
        } else if challenge(exchange.code_verifier) != grant.code_challenge {
            Err("the code_verifier does not match the code_challenge")
        } else {
            Ok(grant.clone())
        }
    }
}

/// The challenge of a verifier by the method S256.
fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// Whether the text is a verifier (RFC 7636, section 4.1).
pub(crate) fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

/// Whether the text is a challenge by the method S256: 256 bits in base64url.
pub(super) fn is_challenge(text: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
