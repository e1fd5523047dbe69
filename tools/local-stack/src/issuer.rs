//! The local token issuer: what a verifier asks of Cognito, on this machine.
//!
//! It publishes keys. Tokens are minted by `capacityctl`, which reads the same key.

use std::{io, net::TcpListener};

use axum::{Json, Router, routing::get};
use capacityctl::{signing_key::SigningKey, token::Issuer};
use serde_json::{Value, json};

use crate::background::{Background, free_port};

/// The client that tokens are issued to.
pub const CLIENT_ID: &str = "capacity-local";
const JWKS_PATH: &str = "/.well-known/jwks.json";

/// A running issuer; it stops when this is dropped.
#[derive(Debug)]
pub struct LocalIssuer {
    issuer: Issuer,
    background: Background,
}

impl LocalIssuer {
    /// Starts an issuer with a new key on a free port.
    ///
    /// # Errors
    ///
    /// There is no free port or no randomness.
    pub fn on_free_port() -> io::Result<Self> {
        Self::start(free_port()?, crate::key::make()?)
    }

    /// Starts an issuer with that key on that listener.
    ///
    /// # Errors
    ///
    /// The listener is unusable.
    pub fn start(listener: TcpListener, key: SigningKey) -> io::Result<Self> {
        let url = format!("http://{}", listener.local_addr()?);
        let router = router(&url, &key);
        let background = Background::serve("issuer", listener, async move |listener, stop| {
            let served = axum::serve(listener, router);
            if let Err(error) = served.with_graceful_shutdown(async move { drop(stop.await) }).await
            {
                eprintln!("error: the token issuer stopped: {error}");
            }
        })?;
        let issuer = Issuer { url, client_id: CLIENT_ID.to_owned(), key };
        Ok(Self { issuer, background })
    }

    /// What mints its tokens.
    #[must_use]
    pub const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Where its keys are published.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        format!("{}{JWKS_PATH}", self.issuer.url)
    }

    /// Stops it.
    pub async fn finish(self) {
        self.background.finish().await;
    }
}

fn router(url: &str, key: &SigningKey) -> Router {
    let discovery = discovery(url);
    let jwks = json!({ "keys": [key.public()] });
    Router::new()
        .route("/.well-known/openid-configuration", get(async || Json(discovery)))
        .route(JWKS_PATH, get(async || Json(jwks)))
}

fn discovery(url: &str) -> Value {
    json!({
        "issuer": url,
        "jwks_uri": format!("{url}{JWKS_PATH}"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["capacity/read", "capacity/write"],
    })
}
