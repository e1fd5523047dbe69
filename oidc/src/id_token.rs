//! The claims of an ID token (OpenID Connect Core 1.0, section 2), which says who signed in.

use strict_json::{Json, Object};

use super::issuer::text;

/// The types of an ID token's header.
pub(super) const TYPES: [&str; 1] = ["JWT"];

/// What an ID token must say.
pub(super) struct Expected<'a> {
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// The access token's.
    pub(super) subject: &'a str,
}

impl Expected<'_> {
    /// `Some` if the claims say so.
    pub(super) fn check(&self, claims: &Object) -> Option<()> {
        let says = |name: &str, value: &str| text(claims, name) == Some(value);
        let named = match claims.member("aud")? {
            Json::String(audience) => audience == self.client_id,
            Json::Array(audiences) => {
                audiences.iter().all(|audience| matches!(audience, Json::String(_)))
                    && audiences.contains(&Json::String(self.client_id.to_owned()))
                    && claims.member("azp").is_some()
            }
            _ => false,
        };
        let for_us = named && (claims.member("azp").is_none() || says("azp", self.client_id));
        let identifies = claims.member("token_use").is_none() || says("token_use", "id");
        let same = says("nonce", self.nonce) && says("sub", self.subject);
        (for_us && identifies && same).then_some(())
    }
}
