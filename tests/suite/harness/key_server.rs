//! A JWKS endpoint that publishes whatever a test wants, or nothing.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
    routing::get,
};
use local_stack::background::{Background, free_port};
use serde_json::{Value, json};

/// What the endpoint answers.
#[derive(Clone)]
pub(crate) enum Published {
    Keys(Vec<Value>),
    Document(String),
    /// An error, or a redirect to an address of the same server. The body has the keys all the
    /// same.
    Refusal(u16, Vec<Value>),
    /// No answer at all.
    Silence,
}

/// The endpoint; it stops when this is dropped.
pub(crate) struct KeyServer {
    url: String,
    state: Arc<Shared>,
    _background: Background,
}

struct Shared {
    published: Mutex<Published>,
    /// The discovery document, for issuers that have one.
    discovery: Mutex<Value>,
    fetches: AtomicUsize,
}

impl KeyServer {
    pub(crate) fn publishing(published: Published) -> Self {
        let listener = free_port().expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Shared {
            published: Mutex::new(published),
            discovery: Mutex::default(),
            fetches: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/keys", get(answer))
            .route("/elsewhere", get(elsewhere))
            .route("/.well-known/openid-configuration", get(discovery))
            .with_state(Arc::clone(&state));
        let background = Background::serve("keys", listener, async move |listener, stop| {
            tokio::select! {
                served = axum::serve(listener, router) => served.expect("a server"),
                _ = stop => {}
            }
        });
        Self { url, state, _background: background.expect("a server") }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/keys", self.url)
    }

    pub(crate) fn publish(&self, published: Published) {
        *self.state.published.lock().expect("no panic while held") = published;
    }

    /// The issuer whose discovery document this server publishes.
    pub(crate) fn issuer(&self) -> &str {
        &self.url
    }

    pub(crate) fn discover(&self, document: Value) {
        *self.state.discovery.lock().expect("no panic while held") = document;
    }

    /// How many requests for keys there were.
    pub(crate) fn fetches(&self) -> usize {
        self.state.fetches.load(Ordering::SeqCst)
    }
}

async fn answer(State(state): State<Arc<Shared>>) -> Response {
    state.fetches.fetch_add(1, Ordering::SeqCst);
    let published = state.published.lock().expect("no panic while held").clone();
    match published {
        Published::Keys(keys) => Json(json!({ "keys": keys })).into_response(),
        Published::Document(text) => text.into_response(),
        Published::Refusal(status, keys) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [(LOCATION, "/elsewhere")], Json(json!({ "keys": keys }))).into_response()
        }
        Published::Silence => std::future::pending().await,
    }
}

async fn elsewhere(State(state): State<Arc<Shared>>) -> Response {
    match &*state.published.lock().expect("no panic while held") {
        Published::Refusal(_, keys) => Json(json!({ "keys": keys })).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn discovery(State(state): State<Arc<Shared>>) -> Response {
    Json(state.discovery.lock().expect("no panic while held").clone()).into_response()
}
