//! The local token issuer, which replaces Cognito on this machine.
//!
//! It publishes its keys, signs people in to the web pages as a sample user, and issues tokens to the sample users.
//! `capacityctl` reads the same key and mints tokens for any user.

pub mod authorize;
mod authorize_request;
mod clients;
pub(crate) mod codes;
pub(crate) mod id_token;
pub mod logout;
mod pages;
mod random_keys;
mod sessions;
pub(crate) mod state;

use std::{io, net::TcpListener, sync::Arc};

use axum::{
    Json, Router,
    routing::{get, post},
};
use capacityctl::{
    signing_key::SigningKey,
    token::{self, Issuer, SCOPE},
};
use serde_json::{Value, json};

use self::{
    authorize_request::{CHALLENGE_METHOD, OPENID, RESPONSE_TYPE},
    state::IssuerState,
};
pub use self::{
    clients::{CLIENT_ID, WEB_CLIENT_ID},
    state::Clock,
};
use crate::{
    background::{Background, free_port},
    token_endpoint,
};

const JWKS_PATH: &str = "/.well-known/jwks.json";

/// What an issuer can be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The URLs of the API. The web pages are below them, and people can sign in to nothing else.
    pub api_urls: Vec<String>,
    /// Tells the time.
    pub clock: Clock,
}

impl Default for Options {
    /// No web pages; the system's clock.
    fn default() -> Self {
        Self { api_urls: Vec::new(), clock: token::now_seconds }
    }
}

/// A running issuer. Stops when dropped.
#[derive(Debug)]
pub struct LocalIssuer {
    state: Arc<IssuerState>,
    background: Background,
}

impl LocalIssuer {
    /// Starts an issuer with a new key on a free port, with the default options.
    ///
    /// # Errors
    ///
    /// There is no free port, or no key can be generated.
    pub fn on_free_port() -> io::Result<Self> {
        Self::start(free_port()?, crate::key::make()?, Options::default())
    }

    /// Starts an issuer with the key on the listener.
    ///
    /// # Errors
    ///
    /// The listener cannot be used.
    pub fn start(listener: TcpListener, key: SigningKey, options: Options) -> io::Result<Self> {
        let url = format!("http://{}", listener.local_addr()?);
        let issuer = Issuer { url, client_id: CLIENT_ID.to_owned(), key };
        let state = Arc::new(IssuerState::new(issuer, &options.api_urls, options.clock));
        let router = router(&state);
        let background = Background::serve("issuer", listener, async move |listener, stop| {
            let served = axum::serve(listener, router);
            if let Err(error) = served.with_graceful_shutdown(async move { drop(stop.await) }).await
            {
                eprintln!("error: the token issuer stopped: {error}");
            }
        })?;
        Ok(Self { state, background })
    }

    /// Mints its tokens.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.state.issuer
    }

    /// The URL of its public keys.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        format!("{}{JWKS_PATH}", self.issuer().url)
    }

    /// Stops it.
    pub async fn finish(self) {
        self.background.finish().await;
    }
}

fn router(state: &Arc<IssuerState>) -> Router {
    let discovery = discovery(&state.issuer.url);
    let jwks = json!({ "keys": [state.issuer.key.public()] });
    Router::new()
        .route("/.well-known/openid-configuration", get(async || Json(discovery)))
        .route(JWKS_PATH, get(async || Json(jwks)))
        .route(authorize::PATH, get(authorize::ask).post(authorize::choose))
        .route(token_endpoint::PATH, post(token_endpoint::handle))
        .route(logout::PATH, get(logout::handle))
        .with_state(Arc::clone(state))
}

fn discovery(url: &str) -> Value {
    let scopes: Vec<_> = [OPENID].into_iter().chain(SCOPE.split(' ')).collect();
    json!({
        "issuer": url,
        "jwks_uri": format!("{url}{JWKS_PATH}"),
        "authorization_endpoint": format!("{url}{}", authorize::PATH),
        "token_endpoint": format!("{url}{}", token_endpoint::PATH),
        "end_session_endpoint": format!("{url}{}", logout::PATH),
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "none"],
        "grant_types_supported": token_endpoint::GRANT_TYPES,
        "response_types_supported": [RESPONSE_TYPE],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": [CHALLENGE_METHOD],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": scopes,
    })
}
