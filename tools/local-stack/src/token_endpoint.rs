//! The token endpoint (RFC 6749): tokens for the sample users, people by password and systems by
//! client credentials. `cargo ctl token` mints them for everybody else.

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

/// Where it is, as Cognito has it.
pub const PATH: &str = "/oauth2/token";
/// What it can do (RFC 6749, sections 4.3 and 4.4).
pub const GRANT_TYPES: [&str; 2] = ["client_credentials", "password"];

/// The form of a request.
#[derive(Debug, Deserialize)]
pub struct Request {
    grant_type: Option<String>,
    username: Option<String>,
    password: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

/// An error of RFC 6749, section 5.2.
#[derive(Debug)]
pub struct Refusal(StatusCode, &'static str);

const INVALID_REQUEST: Refusal = Refusal(StatusCode::BAD_REQUEST, "invalid_request");
const INVALID_CLIENT: Refusal = Refusal(StatusCode::UNAUTHORIZED, "invalid_client");
const INVALID_GRANT: Refusal = Refusal(StatusCode::BAD_REQUEST, "invalid_grant");
const INVALID_SCOPE: Refusal = Refusal(StatusCode::BAD_REQUEST, "invalid_scope");
const UNSUPPORTED: Refusal = Refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type");
const SERVER_ERROR: Refusal = Refusal(StatusCode::INTERNAL_SERVER_ERROR, "server_error");

impl IntoResponse for Refusal {
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

/// Answers a request for a token.
///
/// # Errors
///
/// Every [`Refusal`].
pub async fn answer(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    form: Result<Form<Request>, FormRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Form(request) = form.map_err(|_| INVALID_REQUEST)?;
    let scope = scope(given(request.scope.as_ref()))?;
    let bearer = match given(request.grant_type.as_ref()) {
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

/// A parameter without a value counts as left out (RFC 6749, section 3.2).
fn given(parameter: Option<&String>) -> Option<&str> {
    parameter.map(String::as_str).filter(|value| !value.is_empty())
}

fn scope(asked: Option<&str>) -> Result<String, Refusal> {
    let asked = asked.unwrap_or(SCOPE);
    let known = |scope: &str| SCOPE.split(' ').any(|known| known == scope);
    if asked.split(' ').all(known) { Ok(asked.to_owned()) } else { Err(INVALID_SCOPE) }
}

fn person(request: &Request, own_client: &str) -> Result<Bearer<'static>, Refusal> {
    if given(request.client_id.as_ref()).is_some_and(|client| client != own_client) {
        return Err(INVALID_CLIENT);
    }
    let username = given(request.username.as_ref()).ok_or(INVALID_REQUEST)?;
    let password = given(request.password.as_ref()).ok_or(INVALID_REQUEST)?;
    let known = sample::PEOPLE.into_iter().find(|person| *person == username);
    let username = known.filter(|_| password == sample::PASSWORD).ok_or(INVALID_GRANT)?;
    Ok(Bearer::user(username, username))
}

/// The client by its id and secret: in the header, or in the form.
fn system(request: &Request, headers: &HeaderMap) -> Result<Bearer<'static>, Refusal> {
    let in_header = headers.get(AUTHORIZATION).map(|value| basic(value.to_str().ok()?));
    let (id, secret) = match in_header {
        Some(credentials) => credentials.ok_or(INVALID_CLIENT)?,
        None => (
            given(request.client_id.as_ref()).ok_or(INVALID_CLIENT)?.to_owned(),
            given(request.client_secret.as_ref()).ok_or(INVALID_CLIENT)?.to_owned(),
        ),
    };
    if id == sample::SYSTEM && secret == sample::SECRET {
        Ok(Bearer::system(sample::SYSTEM))
    } else {
        Err(INVALID_CLIENT)
    }
}

fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, credentials) = value.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(credentials).ok()?;
    let (id, secret) = str::from_utf8(&decoded).ok()?.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (id.to_owned(), secret.to_owned()))
}
