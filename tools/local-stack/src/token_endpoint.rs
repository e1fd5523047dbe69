//! The token endpoint (RFC 6749) for the sample users: people use a password, systems client credentials, and the web
//! pages the code of somebody who signed in.
//! `cargo ctl token` mints tokens for all other users.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::{State, rejection::FormRejection},
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use capacityctl::token::{self, Bearer, LIFETIME_SECONDS, SCOPE};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    issuer::{
        codes::{Exchange, is_verifier},
        id_token,
        state::IssuerState,
    },
    sample,
};

/// Its path, as at Cognito.
pub const PATH: &str = "/oauth2/token";
/// The supported grants (RFC 6749, sections 4.1, 4.4 and 4.3).
pub const GRANT_TYPES: [&str; 3] = ["authorization_code", "client_credentials", "password"];

/// A token request.
#[derive(Debug, Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: Option<String>,
    username: Option<String>,
    password: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
}

/// An error of RFC 6749, section 5.2: status, error and perhaps a description.
#[derive(Debug)]
pub(crate) struct OAuthError(StatusCode, &'static str, Option<&'static str>);

const INVALID_REQUEST: OAuthError = OAuthError(StatusCode::BAD_REQUEST, "invalid_request", None);
const INVALID_CLIENT: OAuthError = OAuthError(StatusCode::UNAUTHORIZED, "invalid_client", None);
const INVALID_GRANT: OAuthError = OAuthError(StatusCode::BAD_REQUEST, "invalid_grant", None);
const INVALID_SCOPE: OAuthError = OAuthError(StatusCode::BAD_REQUEST, "invalid_scope", None);
const UNSUPPORTED: OAuthError = OAuthError(StatusCode::BAD_REQUEST, "unsupported_grant_type", None);
const SERVER_ERROR: OAuthError =
    OAuthError(StatusCode::INTERNAL_SERVER_ERROR, "server_error", None);

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let Self(status, error, description) = self;
        let body = match description {
            Some(description) => json!({ "error": error, "error_description": description }),
            None => json!({ "error": error }),
        };
        let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = axum::http::HeaderValue::from_static("Basic realm=\"local\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Handles a token request.
pub(crate) async fn handle(
    State(state): State<Arc<IssuerState>>,
    headers: HeaderMap,
    form: Result<Form<TokenRequest>, FormRejection>,
) -> Result<impl IntoResponse, OAuthError> {
    let Form(request) = form.map_err(|_| INVALID_REQUEST)?;
    let now = state.now();
    let answer = match non_empty(request.grant_type.as_ref()) {
        Some("authorization_code") => for_code(&state, &request, now)?,
        Some("password") => {
            let scope = requested_scope(&request)?;
            let bearer = person(&request, &state.issuer.client_id)?;
            tokens(&state, &Bearer { scope, ..bearer }, now)?
        }
        Some("client_credentials") => {
            let scope = requested_scope(&request)?;
            tokens(&state, &Bearer { scope, ..system(&request, &headers)? }, now)?
        }
        Some(_) => return Err(UNSUPPORTED),
        None => return Err(INVALID_REQUEST),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)))
}

/// A successful answer.
#[derive(Debug, Serialize)]
struct Tokens {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
}

fn tokens(state: &IssuerState, bearer: &Bearer<'_>, now: u64) -> Result<Tokens, OAuthError> {
    let access_token = token::mint(&state.issuer, bearer, now).map_err(|_| SERVER_ERROR)?;
    let (token_type, expires_in, scope) = ("Bearer", LIFETIME_SECONDS, bearer.scope.to_owned());
    Ok(Tokens { access_token, id_token: None, token_type, expires_in, scope })
}

/// The tokens of the person who signed in (section 4.1.3, and OpenID Connect Core 1.0, section 3.1.3.3).
fn for_code(state: &IssuerState, request: &TokenRequest, now: u64) -> Result<Tokens, OAuthError> {
    let required = |parameter| non_empty(parameter).ok_or(INVALID_REQUEST);
    let exchange = Exchange {
        code: required(request.code.as_ref())?,
        client_id: required(request.client_id.as_ref())?,
        redirect_uri: required(request.redirect_uri.as_ref())?,
        code_verifier: required(request.code_verifier.as_ref())?,
    };
    if !is_verifier(exchange.code_verifier) {
        return Err(INVALID_REQUEST);
    }
    let client = state.clients.find(exchange.client_id).ok_or(INVALID_CLIENT)?;
    let refused = |why| OAuthError(StatusCode::BAD_REQUEST, "invalid_grant", Some(why));
    let grant = state.codes.redeem(exchange, now).map_err(refused)?;
    let user = Bearer::user(grant.session.username, grant.session.username);
    let bearer = Bearer { client_id: Some(client.id), scope: &grant.scope, ..user };
    let id_token = id_token::mint(&state.issuer, &grant, now).map_err(|_| SERVER_ERROR)?;
    Ok(Tokens { id_token: Some(id_token), ..tokens(state, &bearer, now)? })
}

/// An empty parameter counts as omitted (RFC 6749, section 3.2).
pub(crate) fn non_empty(parameter: Option<&String>) -> Option<&str> {
    parameter.map(String::as_str).filter(|value| !value.is_empty())
}

fn requested_scope(request: &TokenRequest) -> Result<&str, OAuthError> {
    let requested = non_empty(request.scope.as_ref()).unwrap_or(SCOPE);
    let known = |scope: &str| SCOPE.split(' ').any(|known| known == scope);
    if requested.split(' ').all(known) { Ok(requested) } else { Err(INVALID_SCOPE) }
}

fn person(request: &TokenRequest, client_id: &str) -> Result<Bearer<'static>, OAuthError> {
    if non_empty(request.client_id.as_ref()).is_some_and(|client| client != client_id) {
        return Err(INVALID_CLIENT);
    }
    let username = non_empty(request.username.as_ref()).ok_or(INVALID_REQUEST)?;
    let password = non_empty(request.password.as_ref()).ok_or(INVALID_REQUEST)?;
    let known = sample::person(username).filter(|_| password == sample::PASSWORD);
    let username = known.ok_or(INVALID_GRANT)?.username;
    Ok(Bearer::user(username, username))
}

/// Authenticates a client by id and secret, from the header or the form.
fn system(request: &TokenRequest, headers: &HeaderMap) -> Result<Bearer<'static>, OAuthError> {
    let from_header =
        headers.get(AUTHORIZATION).map(|value| basic_credentials(value.to_str().ok()?));
    let (id, secret) = match from_header {
        Some(credentials) => credentials.ok_or(INVALID_CLIENT)?,
        None => (
            non_empty(request.client_id.as_ref()).ok_or(INVALID_CLIENT)?.to_owned(),
            non_empty(request.client_secret.as_ref()).ok_or(INVALID_CLIENT)?.to_owned(),
        ),
    };
    if id == sample::SYSTEM && secret == sample::SECRET {
        Ok(Bearer::system(sample::SYSTEM))
    } else {
        Err(INVALID_CLIENT)
    }
}

fn basic_credentials(value: &str) -> Option<(String, String)> {
    let (scheme, credentials) = value.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(credentials).ok()?;
    let (id, secret) = str::from_utf8(&decoded).ok()?.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (id.to_owned(), secret.to_owned()))
}
