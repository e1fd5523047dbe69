//! The Runtime API of one execution environment, which handles one invocation at a time.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc, oneshot, watch},
    task::JoinHandle,
    time::Instant,
};

/// The result of an invocation.
#[derive(Debug)]
pub struct InvocationResult {
    /// What the function returned.
    pub outcome: Outcome,
    /// From handing out the event to the outcome.
    pub duration: Duration,
    /// The time left until the deadline.
    pub remaining: Duration,
}

/// What a function returned.
#[derive(Debug)]
pub enum Outcome {
    /// Its response.
    Response(Value),
    /// An error of the invocation, which the gateway turns into its own 500.
    Error(Value),
}

/// An invocation that waits until the function asks for it.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) limit: Duration,
    pub(crate) result: oneshot::Sender<InvocationResult>,
    /// Whether the API acknowledges the response.
    pub(crate) acknowledge: bool,
}

type Shared = State<Arc<Api>>;

struct Api {
    queue: Mutex<mpsc::Receiver<Invocation>>,
    ready: watch::Sender<bool>,
    current: Mutex<Option<CurrentInvocation>>,
}

/// The invocation that the function is handling.
struct CurrentInvocation {
    id: String,
    start: Instant,
    limit: Duration,
    result: oneshot::Sender<InvocationResult>,
    acknowledge: bool,
}

/// Serves the API on a free port; sets `ready` when the function asks for its first invocation.
pub(crate) async fn serve(
    queue: mpsc::Receiver<Invocation>,
    ready: watch::Sender<bool>,
) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let api = Api { queue: Mutex::new(queue), ready, current: Mutex::default() };
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .with_state(Arc::new(api));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move {
        // Serves until its task is aborted.
        let _ = axum::serve(listener, router).await;
    });
    Ok((address, server))
}

#[expect(clippy::disallowed_methods, reason = "Lambda's deadline is by the system's clock")]
fn epoch_ms(from_now: Duration) -> u128 {
    (SystemTime::now() + from_now).duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

/// Waits for the next invocation and hands it out. Its time runs from then on.
async fn next(State(api): Shared) -> Response {
    api.ready.send_replace(true);
    let Some(invocation) = api.queue.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", invocation.id.clone()),
        ("lambda-runtime-deadline-ms", epoch_ms(invocation.limit).to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-2:123456789012:function:function:live".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-6b015ebc-b5d7f083ce674fa6bc224deb;Parent=53995c3f42cd8ad8;Sampled=0".to_owned(),
        ),
    ];
    let Invocation { id, event, limit, result, acknowledge } = invocation;
    let current = CurrentInvocation { id, start: Instant::now(), limit, result, acknowledge };
    *api.current.lock().await = Some(current);
    (headers, event).into_response()
}

async fn response(api: Shared, id: Path<String>, body: Bytes) -> StatusCode {
    finish(&api, &id, &body, Outcome::Response).await
}

async fn error(api: Shared, id: Path<String>, body: Bytes) -> StatusCode {
    finish(&api, &id, &body, Outcome::Error).await
}

/// Accepts the outcome of the current invocation.
async fn finish(api: &Api, id: &str, body: &[u8], outcome: fn(Value) -> Outcome) -> StatusCode {
    let current = api.current.lock().await.take_if(|current| current.id == id);
    let (Some(current), Ok(body)) = (current, serde_json::from_slice(body)) else {
        return StatusCode::BAD_REQUEST;
    };
    let duration = current.start.elapsed();
    let remaining = current.limit.saturating_sub(duration);
    // The caller may have stopped waiting.
    let _ = current.result.send(InvocationResult { outcome: outcome(body), duration, remaining });
    if !current.acknowledge {
        std::future::pending::<()>().await;
    }
    StatusCode::ACCEPTED
}
