//! `POST /web/sign-out`: ends the session here, then at the issuer.

use lambda_http::{Request, http::header::SET_COOKIE};
use shared::http::{
    Context, Response,
    cookie::{self, Lifetime},
};
use web::{
    form::{self, Form},
    problem::PageProblem,
    visitor::Visitor,
};

use crate::Deps;

pub(crate) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
) -> Result<Response, PageProblem> {
    match Visitor::of_request(&deps.site, &deps.sessions, request, context).await {
        Ok(visitor) => end(deps, &visitor, request, context).await?,
        // The session has ended already, but perhaps not the issuer's.
        Err(PageProblem::SignInFirst { .. }) => form::is_own(&deps.site, request)?,
        Err(problem) => return Err(problem),
    }
    let mut response = deps.site.see_other(&deps.site.logout_url());
    let name = deps.site.session_cookie();
    if let Some(gone) = cookie::set_cookie(name, "", Lifetime::Delete, deps.site.is_secure()) {
        response.headers_mut().append(SET_COOKIE, gone);
    }
    Ok(response)
}

async fn end(
    deps: &Deps,
    visitor: &Visitor,
    request: &Request,
    context: &Context,
) -> Result<(), PageProblem> {
    Form::of_visitor(&deps.site, visitor, request)?;
    deps.sessions.end(&visitor.key).await?;
    tracing::info!(
        request_id = context.request_id,
        correlation_id = context.correlation_id,
        client_address = context.client_address,
        subject = visitor.subject,
        "signed_out"
    );
    Ok(())
}

/// What a person reads if that failed: not that they are signed out.
pub(crate) fn problem(problem: PageProblem) -> PageProblem {
    match problem {
        PageProblem::Problem(problem) if problem.status().is_server_error() => {
            PageProblem::NotSignedOut(problem)
        }
        other => other,
    }
}
