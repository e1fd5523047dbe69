//! The Runtime API for one environment, which takes one call at a time.

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

/// How a call ended.
#[derive(Debug)]
pub struct Ended {
    /// What the function answered.
    pub outcome: Outcome,
    /// How long it took from being handed out.
    pub took: Duration,
    /// How long before its deadline.
    pub left: Duration,
}

/// What a function answered.
#[derive(Debug)]
pub enum Outcome {
    /// Its answer to the event.
    Answer(Value),
    /// That the call failed, and how. The gateway makes a 500 of its own of it.
    Failure(Value),
}

/// A call that waits for the function to take it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) time: Duration,
    pub(crate) answer: oneshot::Sender<Ended>,
    /// Whether the function is told that its answer has arrived.
    pub(crate) goes_on: bool,
}

type Shared = State<Arc<Api>>;

struct Api {
    calls: Mutex<mpsc::Receiver<Call>>,
    asked: watch::Sender<bool>,
    under_way: Mutex<Option<UnderWay>>,
}

/// The call that the function has taken.
struct UnderWay {
    id: String,
    taken: Instant,
    time: Duration,
    answer: oneshot::Sender<Ended>,
    goes_on: bool,
}

/// Serves the API on a free port, and tells when the function has asked for its first call.
pub(crate) async fn serve(
    calls: mpsc::Receiver<Call>,
    asked: watch::Sender<bool>,
) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let api = Api { calls: Mutex::new(calls), asked, under_way: Mutex::default() };
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .with_state(Arc::new(api));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move {
        // It ends with its task, and not before.
        let _ = axum::serve(listener, router).await;
    });
    Ok((address, server))
}

#[expect(clippy::disallowed_methods, reason = "Lambda's deadline is by the system's clock")]
fn epoch_ms(from_now: Duration) -> u128 {
    (SystemTime::now() + from_now).duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

/// Waits for the next call, and hands it out: from then on its time runs.
async fn next(State(api): Shared) -> Response {
    api.asked.send_replace(true);
    let Some(call) = api.calls.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", call.id.clone()),
        ("lambda-runtime-deadline-ms", epoch_ms(call.time).to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-2:123456789012:function:function:live".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-6b015ebc-b5d7f083ce674fa6bc224deb;Parent=53995c3f42cd8ad8;Sampled=0".to_owned(),
        ),
    ];
    let Call { id, event, time, answer, goes_on } = call;
    let under_way = UnderWay { id, taken: Instant::now(), time, answer, goes_on };
    *api.under_way.lock().await = Some(under_way);
    (headers, event).into_response()
}

async fn response(api: Shared, id: Path<String>, body: Bytes) -> StatusCode {
    ended(&api, &id, &body, Outcome::Answer).await
}

async fn error(api: Shared, id: Path<String>, body: Bytes) -> StatusCode {
    ended(&api, &id, &body, Outcome::Failure).await
}

/// Takes the outcome of a call that is under way.
async fn ended(api: &Api, id: &str, body: &[u8], outcome: fn(Value) -> Outcome) -> StatusCode {
    let call = api.under_way.lock().await.take_if(|call| call.id == id);
    let (Some(call), Ok(body)) = (call, serde_json::from_slice(body)) else {
        return StatusCode::BAD_REQUEST;
    };
    let took = call.taken.elapsed();
    let left = call.time.saturating_sub(took);
    // Whoever has called may have gone.
    let _ = call.answer.send(Ended { outcome: outcome(body), took, left });
    if !call.goes_on {
        std::future::pending::<()>().await;
    }
    StatusCode::ACCEPTED
}
