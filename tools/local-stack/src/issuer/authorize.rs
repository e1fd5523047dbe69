//! The authorization endpoint: people say who they are, and the application gets a code (RFC 6749, section 4.1).

use std::sync::Arc;

use axum::{
    Form,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    authorize_request::{AuthorizeRequest, Invalid, Parameters, Prompt},
    codes::Grant,
    pages,
    sessions::Session,
    state::IssuerState,
};
use crate::sample;

/// Its path, as at Cognito.
pub const PATH: &str = "/oauth2/authorize";

/// Shows the sign-in page, or answers at once if somebody is signed in.
pub(super) async fn ask(
    State(state): State<Arc<IssuerState>>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Invalid> {
    let request = parse(&state, query)?;
    let now = state.now();
    let session = state.sessions.current(&headers, now);
    match (request.prompt, session) {
        (Prompt::IfNeeded | Prompt::Never, Some(session)) => {
            Ok(answer(&state, request, session, now).into_response())
        }
        (Prompt::Never, None) => Err(Invalid::Reported(request.callback, "login_required")),
        (Prompt::IfNeeded, None) | (Prompt::Always, _) => Ok(pages::sign_in(&request)),
    }
}

/// The button that was pressed.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    user: Option<String>,
    cancel: Option<String>,
}

/// Signs the chosen user in. The page posts to its own address, so the request is parsed again.
pub(super) async fn choose(
    State(state): State<Arc<IssuerState>>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, QueryRejection>,
    choice: Result<Form<Choice>, FormRejection>,
) -> Result<Response, Invalid> {
    let request = parse(&state, query)?;
    let Form(choice) = choice.map_err(|_| no_choice())?;
    if choice.cancel.is_some() {
        return Err(Invalid::Reported(request.callback, "access_denied"));
    }
    let person = choice.user.as_deref().and_then(sample::person).ok_or_else(no_choice)?;
    let now = state.now();
    let session = Session { username: person.username, signed_in_at: now };
    match state.sessions.begin(&headers, session) {
        Ok(cookie) => Ok((cookie, answer(&state, request, session, now)).into_response()),
        Err(_) => Err(Invalid::Reported(request.callback, "server_error")),
    }
}

fn parse(
    state: &IssuerState,
    query: Result<Query<Parameters>, QueryRejection>,
) -> Result<AuthorizeRequest, Invalid> {
    let unreadable = |_| Invalid::Shown("The request has a parameter more than once.".to_owned());
    query.map_err(unreadable)?.parse(&state.clients)
}

fn no_choice() -> Invalid {
    Invalid::Shown("The form does not say which sample user you are.".to_owned())
}

/// Sends a code to the application.
fn answer(state: &IssuerState, request: AuthorizeRequest, session: Session, now: u64) -> Redirect {
    let AuthorizeRequest { client_id, callback, scope, nonce, code_challenge, .. } = request;
    let redirect_uri = callback.redirect_uri.clone();
    let grant = Grant { client_id, redirect_uri, code_challenge, nonce, scope, session };
    match state.codes.issue(grant, now) {
        Ok(code) => callback.redirect("code", &code),
        Err(_) => callback.redirect("error", "server_error"),
    }
}
