//! `GET /web/sign-in`: leads to the issuer's page, which sends the person back to `/web/callback`.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use lambda_http::{Request, RequestExt as _, http::header::SET_COOKIE};
use ring::digest::{SHA256, digest};
use shared::{
    auth::Scope,
    http::{Context, Problem, Response},
};
use web::problem::PageProblem;

use crate::{
    Deps,
    pending::{self, PendingSignIn},
};

/// The value of `shared` if others use this computer too.
const SHARED: &str = "yes";

pub(crate) fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let query = request.query_string_parameters_ref();
    let parameter = |name| query.and_then(|query| query.first(name));
    let shared_computer = parameter("shared") == Some(SHARED);
    let begun = PendingSignIn::begin(parameter("to"), shared_computer, context.now);
    let begun = begun.ok_or_else(|| Problem::Internal("there is no randomness".into()))?;
    let mut response = deps.site.see_other(&login_url(deps, &begun));
    let deletions = pending::deletions(&deps.site, request.headers(), context.now);
    for header in deletions.into_iter().chain(begun.cookie(&deps.site)) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    Ok(response)
}

/// RFC 6749, section 4.1.1, with PKCE (RFC 7636) and `nonce` (OpenID Connect Core 1.0, section 3.1.2.1). `prompt=login`
/// makes the issuer ask who it is, even if somebody is signed in there: on a shared computer that was somebody else.
fn login_url(deps: &Deps, begun: &PendingSignIn) -> String {
    let challenge = digest(&SHA256, begun.verifier.as_bytes());
    deps.site.login_url(&[
        ("response_type", "code"),
        ("client_id", &deps.client_id),
        ("redirect_uri", &deps.redirect_uri()),
        ("scope", &format!("openid {} {}", Scope::Read, Scope::Write)),
        ("state", &begun.state),
        ("nonce", &begun.nonce),
        ("code_challenge", &BASE64_URL_SAFE_NO_PAD.encode(challenge)),
        ("code_challenge_method", "S256"),
        ("prompt", "login"),
    ])
}
