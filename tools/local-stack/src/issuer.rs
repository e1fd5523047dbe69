//! The local token issuer, which replaces Cognito on this machine.
//!
//! It publishes its keys and issues tokens to the sample users. `capacityctl` reads the same key and mints
//! tokens for any user.

use std::{io, net::TcpListener, sync::Arc};

use axum::{
    Json, Router,
    routing::{get, post},
};
use capacityctl::{
    signing_key::SigningKey,
    token::{Issuer, SCOPE},
};
use serde_json::{Value, json};

use crate::{
    background::{Background, free_port},
    token_endpoint,
};

/// The client id in tokens of people.
pub const CLIENT_ID: &str = "capacity-local";
/// The client id of the pages.
pub const WEB_CLIENT_ID: &str = "capacity-web-local";
const JWKS_PATH: &str = "/.well-known/jwks.json";

/// A running issuer. Stops when dropped.
#[derive(Debug)]
pub struct LocalIssuer {
    issuer: Arc<Issuer>,
    background: Background,
}

impl LocalIssuer {
    /// Starts an issuer with a new key on a free port.
    ///
    /// # Errors
    ///
    /// There is no free port, or no key can be generated.
    pub fn on_free_port() -> io::Result<Self> {
        Self::start(free_port()?, crate::key::make()?)
    }

    /// Starts an issuer with the key on the listener.
    ///
    /// # Errors
    ///
    /// The listener cannot be used.
    pub fn start(listener: TcpListener, key: SigningKey) -> io::Result<Self> {
        let url = format!("http://{}", listener.local_addr()?);
        let issuer = Arc::new(Issuer { url, client_id: CLIENT_ID.to_owned(), key });
        let router = router(&issuer);
        let background = Background::serve("issuer", listener, async move |listener, stop| {
            let served = axum::serve(listener, router);
            if let Err(error) = served.with_graceful_shutdown(async move { drop(stop.await) }).await
            {
                eprintln!("error: the token issuer stopped: {error}");
            }
        })?;
        Ok(Self { issuer, background })
    }

    /// Mints its tokens.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The URL of its public keys.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        format!("{}{JWKS_PATH}", self.issuer.url)
    }

    /// Stops it.
    pub async fn finish(self) {
        self.background.finish().await;
    }
}

fn router(issuer: &Arc<Issuer>) -> Router {
    let discovery = discovery(&issuer.url);
    let jwks = json!({ "keys": [issuer.key.public()] });
    Router::new()
        .route("/.well-known/openid-configuration", get(async || Json(discovery)))
        .route(JWKS_PATH, get(async || Json(jwks)))
        .route(token_endpoint::PATH, post(token_endpoint::handle))
        .with_state(Arc::clone(issuer))
}

fn discovery(url: &str) -> Value {
    json!({
        "issuer": url,
        "jwks_uri": format!("{url}{JWKS_PATH}"),
        "token_endpoint": format!("{url}{}", token_endpoint::PATH),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": token_endpoint::GRANT_TYPES,
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": SCOPE.split(' ').collect::<Vec<_>>(),
    })
}
