//! What an application asks for when it sends a browser to sign in, and which of it is refused (RFC 6749,
//! section 4.1.1, RFC 7636, OpenID Connect Core 1.0, section 3.1.2.1).

use axum::response::{IntoResponse, Redirect, Response};
use capacityctl::token::SCOPE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    clients::{Client, Clients},
    codes::is_challenge,
    pages,
};
use crate::token_endpoint::non_empty;

/// The scope that makes it a request to sign somebody in.
pub(super) const OPENID: &str = "openid";
/// The only response type.
pub(super) const RESPONSE_TYPE: &str = "code";
/// The only method of a code challenge.
pub(super) const CHALLENGE_METHOD: &str = "S256";

/// The parameters as they come.
#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    response_type: Option<String>,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    prompt: Option<String>,
}

/// A valid request.
#[derive(Debug)]
pub(super) struct AuthorizeRequest {
    pub(super) client_id: &'static str,
    pub(super) callback: Callback,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: String,
    pub(super) prompt: Prompt,
}

/// Whether to ask who somebody is: the parameter `prompt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// Unless there is a session.
    IfNeeded,
    /// `login`
    Always,
    /// `none`
    Never,
}

/// Where the answer goes.
#[derive(Clone, Debug)]
pub(super) struct Callback {
    pub(super) redirect_uri: String,
    state: Option<String>,
}

impl Callback {
    /// Sends the browser back with this parameter and the application's `state`.
    pub(super) fn redirect(&self, name: &str, value: &str) -> Redirect {
        let mut url = format!("{}?{name}={}", self.redirect_uri, encoded(value));
        if let Some(state) = &self.state {
            url = format!("{url}&state={}", encoded(state));
        }
        Redirect::to(&url)
    }
}

/// What is encoded in a query: everything but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(value: &str) -> impl std::fmt::Display {
    utf8_percent_encode(value, RESERVED)
}

/// An invalid request.
#[derive(Debug)]
pub(super) enum Invalid {
    /// People read why: there is no address that the browser may be sent to.
    Shown(String),
    /// The application reads the error.
    Reported(Callback, &'static str),
}

impl IntoResponse for Invalid {
    fn into_response(self) -> Response {
        match self {
            Self::Shown(reason) => pages::refusal(&reason),
            Self::Reported(callback, error) => callback.redirect("error", error).into_response(),
        }
    }
}

impl Parameters {
    /// Checks the addresses first: without a registered one, no error may be sent anywhere.
    pub(super) fn parse(&self, clients: &Clients) -> Result<AuthorizeRequest, Invalid> {
        let client = self.client(clients)?;
        let callback = self.callback(client)?;
        let reported = |error| Invalid::Reported(callback.clone(), error);
        self.check_response_type().map_err(reported)?;
        Ok(AuthorizeRequest {
            client_id: client.id,
            scope: self.scope().map_err(reported)?,
            nonce: non_empty(self.nonce.as_ref()).map(str::to_owned),
            code_challenge: self.code_challenge().map_err(reported)?,
            prompt: self.prompt().map_err(reported)?,
            callback,
        })
    }

    fn client<'a>(&self, clients: &'a Clients) -> Result<&'a Client, Invalid> {
        let id = non_empty(self.client_id.as_ref())
            .ok_or_else(|| Invalid::Shown("The request has no client_id.".to_owned()))?;
        clients.find(id).ok_or_else(|| Invalid::Shown(format!("There is no client {id}.")))
    }

    fn callback(&self, client: &Client) -> Result<Callback, Invalid> {
        let address = non_empty(self.redirect_uri.as_ref())
            .ok_or_else(|| Invalid::Shown("The request has no redirect_uri.".to_owned()))?;
        let unregistered =
            || Invalid::Shown(format!("{address} is not a callback address of {}.", client.id));
        let redirect_uri = client.callback(address).ok_or_else(unregistered)?.to_owned();
        Ok(Callback { redirect_uri, state: non_empty(self.state.as_ref()).map(str::to_owned) })
    }

    fn check_response_type(&self) -> Result<(), &'static str> {
        match non_empty(self.response_type.as_ref()) {
            Some(RESPONSE_TYPE) => Ok(()),
            Some(_) => Err("unsupported_response_type"),
            None => Err("invalid_request"),
        }
    }

    fn scope(&self) -> Result<String, &'static str> {
        let scope = non_empty(self.scope.as_ref()).ok_or("invalid_scope")?;
        let known = |scope: &str| scope == OPENID || SCOPE.split(' ').any(|known| known == scope);
        let valid = scope.split(' ').all(known) && scope.split(' ').any(|scope| scope == OPENID);
        if valid { Ok(scope.to_owned()) } else { Err("invalid_scope") }
    }

    /// A challenge is required. Without a method it would be `plain`, which is refused.
    fn code_challenge(&self) -> Result<String, &'static str> {
        let method = non_empty(self.code_challenge_method.as_ref());
        let challenge = non_empty(self.code_challenge.as_ref());
        challenge
            .filter(|challenge| method == Some(CHALLENGE_METHOD) && is_challenge(challenge))
            .map(str::to_owned)
            .ok_or("invalid_request")
    }

    fn prompt(&self) -> Result<Prompt, &'static str> {
        match non_empty(self.prompt.as_ref()) {
            None => Ok(Prompt::IfNeeded),
            Some("login") => Ok(Prompt::Always),
            Some("none") => Ok(Prompt::Never),
            Some(_) => Err("invalid_request"),
        }
    }
}
