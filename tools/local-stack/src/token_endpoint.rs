//! The token endpoint (RFC 6749) for the sample users: people use a password, systems client credentials.
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
use capacityctl::token::{self, Bearer, Issuer, LIFETIME_SECONDS, SCOPE};
use serde::Deserialize;
use serde_json::json;

use crate::sample;

/// Its path, as at Cognito.
pub const PATH: &str = "/oauth2/token";
/// The supported grants (RFC 6749, sections 4.3 and 4.4).
pub const GRANT_TYPES: [&str; 2] = ["client_credentials", "password"];

/// A token request.
#[derive(Debug, Deserialize)]
pub struct TokenRequest {
    grant_type: Option<String>,
    username: Option<String>,
    password: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

/// An error of RFC 6749, section 5.2.
#[derive(Debug)]
pub struct OAuthError(StatusCode, &'static str);

const INVALID_REQUEST: OAuthError = OAuthError(StatusCode::BAD_REQUEST, "invalid_request");
const INVALID_CLIENT: OAuthError = OAuthError(StatusCode::UNAUTHORIZED, "invalid_client");
const INVALID_GRANT: OAuthError = OAuthError(StatusCode::BAD_REQUEST, "invalid_grant");
const INVALID_SCOPE: OAuthError = OAuthError(StatusCode::BAD_REQUEST, "invalid_scope");
const UNSUPPORTED: OAuthError = OAuthError(StatusCode::BAD_REQUEST, "unsupported_grant_type");
const SERVER_ERROR: OAuthError = OAuthError(StatusCode::INTERNAL_SERVER_ERROR, "server_error");

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let Self(status, error) = self;
        let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(json!({ "error": error })))
            .into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = axum::http::HeaderValue::from_static("Basic realm=\"local\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Handles a token request.
///
/// # Errors
///
/// Every [`OAuthError`].
pub async fn handle(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    form: Result<Form<TokenRequest>, FormRejection>,
) -> Result<impl IntoResponse, OAuthError> {
    let Form(request) = form.map_err(|_| INVALID_REQUEST)?;
    let scope = scope(non_empty(request.scope.as_ref()))?;
    let bearer = match non_empty(request.grant_type.as_ref()) {
        Some("password") => person(&request, &issuer.client_id)?,
        Some("client_credentials") => system(&request, &headers)?,
        Some(_) => return Err(UNSUPPORTED),
        None => return Err(INVALID_REQUEST),
    };
    let bearer = Bearer { scope: &scope, ..bearer };
    let token = token::mint(&issuer, &bearer, token::now_seconds()).map_err(|_| SERVER_ERROR)?;
    let body = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS, "scope": scope,
    });
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)))
}

/// An empty parameter counts as omitted (RFC 6749, section 3.2).
fn non_empty(parameter: Option<&String>) -> Option<&str> {
    parameter.map(String::as_str).filter(|value| !value.is_empty())
}

fn scope(requested: Option<&str>) -> Result<String, OAuthError> {
    let requested = requested.unwrap_or(SCOPE);
    let known = |scope: &str| SCOPE.split(' ').any(|known| known == scope);
    if requested.split(' ').all(known) { Ok(requested.to_owned()) } else { Err(INVALID_SCOPE) }
}

fn person(request: &TokenRequest, client_id: &str) -> Result<Bearer<'static>, OAuthError> {
    if non_empty(request.client_id.as_ref()).is_some_and(|client| client != client_id) {
        return Err(INVALID_CLIENT);
    }
    let username = non_empty(request.username.as_ref()).ok_or(INVALID_REQUEST)?;
    let password = non_empty(request.password.as_ref()).ok_or(INVALID_REQUEST)?;
    let known = sample::PEOPLE.into_iter().find(|person| *person == username);
    let username = known.filter(|_| password == sample::PASSWORD).ok_or(INVALID_GRANT)?;
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
