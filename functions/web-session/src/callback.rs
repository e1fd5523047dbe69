//! `GET /web/callback`: the issuer sends the person back, and a session begins.

use lambda_http::{
    Request, RequestExt as _,
    http::{HeaderValue, StatusCode, header::SET_COOKIE},
};
use oidc::{SignInError, SignedIn};
use shared::{
    domain::{Session, limits::MAX_SUBJECT_BYTES},
    http::{
        Context, Problem, Response,
        cookie::{self, Lifetime},
    },
    telemetry::metrics,
};
use web::{
    page::{Frame, page_with_status},
    pages::SignedInPage,
    problem::PageProblem,
    visitor::SessionSecret,
};

use crate::{Deps, pending::PendingSignIn};

pub(crate) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    let begun = begun(deps, request).ok_or(PageProblem::SignInNotBegun)?;
    // Also if nobody signs in: whoever began to is not signed in as the person before them.
    if let Some(before) = SessionSecret::of_request(&deps.site, request) {
        deps.sessions.end(&before.key()).await?;
    }
    if !begun.is_live(context.now) {
        return Err(PageProblem::SignInNotBegun);
    }
    let code = code(request)?;
    let signed_in = exchange(deps, code, &begun, context).await?;
    let secret = begin(deps, signed_in, &begun, context).await?;
    let frame = Frame::new(&deps.site, "You are signed in", None);
    let page = SignedInPage { frame, to: deps.site.path(begun.page()) };
    let mut response = page_with_status(&deps.site, request, context.now, StatusCode::OK, page)?;
    response.headers_mut().append(SET_COOKIE, session_cookie(deps, &secret)?);
    metrics::sign_in("signed_in", false, context.now);
    Ok(response)
}

/// The sign-in that the request ends, if this browser began it.
fn begun(deps: &Deps, request: &Request) -> Option<PendingSignIn> {
    let state = request.query_string_parameters_ref()?.first("state")?;
    PendingSignIn::with_state(&deps.site, request.headers(), state)
}

/// The header that deletes the sign-in that the request ends. It is used once, whatever comes of it.
pub(crate) fn deletion(deps: &Deps, request: &Request) -> Option<HeaderValue> {
    begun(deps, request)?.deletion(&deps.site)
}

/// The code that the issuer sends (RFC 6749, section 4.1.2).
fn code(request: &Request) -> Result<&str, PageProblem> {
    let query = request.query_string_parameters_ref();
    let parameter = |name| query.and_then(|query| query.first(name));
    match parameter("error") {
        None => parameter("code").ok_or(PageProblem::SignInRefused),
        Some(failed @ ("server_error" | "temporarily_unavailable")) => {
            Err(PageProblem::IssuerUnavailable(failed.into()))
        }
        Some(_) => Err(PageProblem::SignInRefused),
    }
}

async fn exchange(
    deps: &Deps,
    code: &str,
    begun: &PendingSignIn,
    context: &Context,
) -> Result<SignedIn, PageProblem> {
    let now = context.now.epoch_seconds();
    let exchanged = deps.issuer.exchange(code, &begun.verifier, &begun.nonce, now).await;
    let signed_in = exchanged.map_err(|error| match error {
        SignInError::Refused => PageProblem::SignInCodeRefused,
        SignInError::InvalidTokens => PageProblem::SignInInvalid(error.into()),
        SignInError::IssuerUnavailable(_) => PageProblem::IssuerUnavailable(error.into()),
    })?;
    let is_key = (1..=MAX_SUBJECT_BYTES).contains(&signed_in.subject.len());
    if is_key {
        Ok(signed_in)
    } else {
        Err(PageProblem::SignInInvalid("the subject is no key of the users table".into()))
    }
}

/// Begins a session with a secret of its own: one that the browser brought could be known to others.
async fn begin(
    deps: &Deps,
    SignedIn { subject, scope }: SignedIn,
    begun: &PendingSignIn,
    context: &Context,
) -> Result<SessionSecret, PageProblem> {
    let secret = SessionSecret::random();
    let secret = secret.ok_or_else(|| Problem::Internal("there is no randomness".into()))?;
    let session = Session::begin(subject, scope, begun.shared_computer, context.now);
    deps.sessions.begin(&secret.key(), &session).await?;
    tracing::info!(
        request_id = context.request_id,
        correlation_id = context.correlation_id,
        client_address = context.client_address,
        subject = session.subject,
        shared_computer = session.shared_computer,
        "signed_in"
    );
    Ok(secret)
}

fn session_cookie(deps: &Deps, secret: &SessionSecret) -> Result<HeaderValue, PageProblem> {
    let (name, value) = (deps.site.session_cookie(), secret.cookie_value());
    cookie::set_cookie(name, value, Lifetime::BrowserSession, deps.site.is_secure())
        .ok_or_else(|| Problem::Internal("the session has no cookie".into()).into())
}

/// The outcome of a sign-in that failed, as the metric names it.
pub(crate) const fn outcome(problem: &PageProblem) -> &'static str {
    match problem {
        PageProblem::SignInNotBegun => "not_begun",
        PageProblem::SignInRefused => "refused",
        PageProblem::SignInCodeRefused => "code_refused",
        PageProblem::SignInInvalid(_) => "invalid_tokens",
        PageProblem::IssuerUnavailable(_) => "issuer_unavailable",
        PageProblem::Problem(Problem::StoreUnavailable(_)) => "store_unavailable",
        _ => "failed",
    }
}
