//! Signing out of the issuer, as at Cognito and as in OpenID Connect RP-Initiated Logout 1.0.

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{clients::Clients, pages, state::IssuerState};
use crate::token_endpoint::non_empty;

/// Its path, as at Cognito.
pub const PATH: &str = "/logout";

/// The parameters as they come.
#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    client_id: Option<String>,
    /// Cognito's name for where to go next.
    logout_uri: Option<String>,
    /// OpenID Connect's name for it.
    post_logout_redirect_uri: Option<String>,
}

/// Ends the session, whatever the parameters are: the next person must not be signed in as the last.
pub(super) async fn handle(
    State(state): State<Arc<IssuerState>>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, QueryRejection>,
) -> impl IntoResponse {
    let cookie = state.sessions.end(&headers);
    (cookie, query.map_or_else(|_| unregistered(), |query| next(&query, &state.clients)))
}

fn next(parameters: &Parameters, clients: &Clients) -> Response {
    let address = non_empty(parameters.logout_uri.as_ref())
        .or_else(|| non_empty(parameters.post_logout_redirect_uri.as_ref()));
    let Some(address) = address else {
        return pages::signed_out();
    };
    let client = non_empty(parameters.client_id.as_ref()).and_then(|id| clients.find(id));
    client
        .and_then(|client| client.sign_out_address(address))
        .map_or_else(unregistered, |address| Redirect::to(address).into_response())
}

fn unregistered() -> Response {
    pages::refusal("You are signed out. The address to go to next is not one of this client.")
}
