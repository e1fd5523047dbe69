//! An issuer's token endpoint that answers whatever a test wants, or nothing.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
    routing::post,
};
use local_stack::background::{Background, free_port};

/// What the endpoint answers.
#[derive(Clone)]
pub(crate) enum TokenAnswer {
    /// A status and a body. It also leads to an address of the same server that answers 200 with this body.
    Given(u16, String),
    /// No answer at all.
    Silence,
}

/// A request for tokens.
#[derive(Clone)]
pub(crate) struct TokenRequest {
    pub(crate) headers: HeaderMap,
    pub(crate) form: String,
}

/// The endpoint; it stops when this is dropped.
pub(crate) struct TokenEndpoint {
    url: String,
    state: Arc<Shared>,
    _background: Background,
}

struct Shared {
    answer: Mutex<TokenAnswer>,
    requests: Mutex<Vec<TokenRequest>>,
}

impl TokenEndpoint {
    pub(crate) fn answering(answer: TokenAnswer) -> Self {
        let listener = free_port().expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state =
            Arc::new(Shared { answer: Mutex::new(answer), requests: Mutex::new(Vec::new()) });
        let router = Router::new()
            .route("/oauth2/token", post(answers))
            .route("/elsewhere", post(elsewhere).get(elsewhere))
            .with_state(Arc::clone(&state));
        let background = Background::serve("tokens", listener, async move |listener, stop| {
            tokio::select! {
                served = axum::serve(listener, router) => served.expect("a server"),
                _ = stop => {}
            }
        });
        Self { url, state, _background: background.expect("a server") }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/oauth2/token", self.url)
    }

    pub(crate) fn answer(&self, answer: TokenAnswer) {
        *self.state.answer.lock().expect("no panic while held") = answer;
    }

    /// The requests since the last call.
    pub(crate) fn take_requests(&self) -> Vec<TokenRequest> {
        std::mem::take(&mut self.state.requests.lock().expect("no panic while held"))
    }
}

async fn answers(State(state): State<Arc<Shared>>, headers: HeaderMap, form: Bytes) -> Response {
    let form = String::from_utf8(form.to_vec()).expect("UTF-8");
    let request = TokenRequest { headers, form };
    state.requests.lock().expect("no panic while held").push(request);
    let answer = state.answer.lock().expect("no panic while held").clone();
    match answer {
        TokenAnswer::Given(status, body) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [(LOCATION, "/elsewhere")], body).into_response()
        }
        TokenAnswer::Silence => std::future::pending().await,
    }
}

async fn elsewhere(State(state): State<Arc<Shared>>) -> Response {
    match &*state.answer.lock().expect("no panic while held") {
        TokenAnswer::Given(_, body) => body.clone().into_response(),
        TokenAnswer::Silence => StatusCode::NOT_FOUND.into_response(),
    }
}
