//! Bearer tokens (RFC 6750) that the function verifies itself.

use lambda_http::{Request, http::header::AUTHORIZATION};
use oidc::{AccessToken, Verifier};

use super::Principal;
use crate::domain::Timestamp;

/// The principal of the request's bearer token; `None` unless the token passes every check.
pub(super) async fn principal(
    verifier: &Verifier,
    request: &Request,
    now: Timestamp,
) -> Option<Principal> {
    let token = bearer_token(request)?;
    let AccessToken { subject, scope } = verifier.verify(token, now.epoch_seconds()).await?;
    Principal::new(&subject, &scope)
}

/// The token of the only Authorization header: `Bearer` in any case, one or more spaces, the token. With several
/// headers, two readers could see two tokens.
fn bearer_token(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}
