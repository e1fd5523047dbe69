//! What people see of the issuer.

use askama::Template;
use axum::{
    http::{StatusCode, header::CACHE_CONTROL},
    response::{Html, IntoResponse, Response},
};

use super::authorize_request::AuthorizeRequest;
use crate::sample::{PEOPLE, Person};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    people: &'static [Person],
    client_id: &'a str,
    redirect_uri: &'a str,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
}

/// The page with a button for each sample user.
pub(super) fn sign_in(request: &AuthorizeRequest) -> Response {
    let redirect_uri = &request.callback.redirect_uri;
    page(StatusCode::OK, &SignIn { people: &PEOPLE, client_id: request.client_id, redirect_uri })
}

/// What is wrong with a request that cannot be answered to the application.
pub(super) fn refusal(text: &str) -> Response {
    page(StatusCode::BAD_REQUEST, &Message { title: "This request cannot be answered", text })
}

/// The end, if there is nowhere to go next.
pub(super) fn signed_out() -> Response {
    let text = "Nobody is signed in to the sample issuer in this browser.";
    page(StatusCode::OK, &Message { title: "You are signed out", text })
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    let no_store = [(CACHE_CONTROL, "no-store")];
    match template.render() {
        Ok(html) => (status, no_store, Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
