//! Stands between the functions and the store, asks each request's capacity of it, and adds up.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Response, StatusCode, header::CONTENT_LENGTH},
};
use local_stack::background::free_port;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::Failure;

/// Calls of the store since the last count, by operation, and the units that they consumed, by table and
/// index.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Calls by operation.
    pub calls: BTreeMap<String, u64>,
    /// Read units by place.
    pub read: BTreeMap<String, f64>,
    /// Write units by place.
    pub written: BTreeMap<String, f64>,
    /// How long the store took to answer.
    pub time: Duration,
}

/// A running counter; it stops when this is dropped.
#[derive(Debug)]
pub struct Counter {
    /// Where it is.
    pub url: String,
    counts: Arc<Mutex<Counts>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Between {
    store: String,
    client: reqwest::Client,
    counts: Arc<Mutex<Counts>>,
}

impl Counter {
    /// Starts a counter in front of the store of that address.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(store: &str) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::Part("counter", error);
        let listener = free_port().map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.map_err(|error| failed(io::Error::other(error)))?;
        let counts = Arc::<Mutex<Counts>>::default();
        let state = Between { store: store.to_owned(), client, counts: Arc::clone(&counts) };
        let server = tokio::spawn(async move {
            let router = Router::new().fallback(pass).with_state(state);
            // It ends with its task, and not before.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, counts, server })
    }

    /// What was counted since this was last asked.
    #[must_use]
    pub fn counts(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn pass(
    State(between): State<Between>,
    mut headers: HeaderMap,
    body: Bytes,
) -> Result<Response<axum::body::Body>, StatusCode> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.split('.').nth(1)).unwrap_or_default();
    let operation = operation.to_owned();
    let mut request: Value = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let members = request.as_object_mut().ok_or(StatusCode::BAD_REQUEST)?;
    members.insert("ReturnConsumedCapacity".to_owned(), "INDEXES".into());
    headers.remove(CONTENT_LENGTH);
    let sent_at = Instant::now();
    let sent = between.client.post(&between.store).headers(headers).body(request.to_string());
    let answer = sent.send().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let time = sent_at.elapsed();
    let answer = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_GATEWAY)?;
    let mut counts = between.counts.lock().unwrap_or_else(PoisonError::into_inner);
    counts.add(operation, &answer, time);
    let mut response = Response::new(body.into());
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    Ok(response)
}

impl Counts {
    /// Adds one call of the store.
    pub fn add(&mut self, operation: String, answer: &Value, time: Duration) {
        let writes = operation.ends_with("WriteItems") || operation.ends_with("WriteItem");
        let units = if writes { &mut self.written } else { &mut self.read };
        let consumed = answer.get("ConsumedCapacity");
        let tables = consumed.map(|consumed| match consumed.as_array() {
            Some(several) => several.as_slice(),
            None => std::slice::from_ref(consumed),
        });
        for table in tables.unwrap_or_default() {
            let name = table.get("TableName").and_then(Value::as_str).unwrap_or_default();
            let mut add = |place: String, detail: Option<&Value>| {
                let consumed = detail.and_then(|detail| detail.get("CapacityUnits")?.as_f64());
                if let Some(consumed) = consumed.filter(|consumed| *consumed > 0.0) {
                    *units.entry(place).or_default() += consumed;
                }
            };
            add(name.to_owned(), table.get("Table"));
            let indexes = table.get("GlobalSecondaryIndexes").and_then(Value::as_object);
            for (index, detail) in indexes.into_iter().flatten() {
                add(format!("{name}/{index}"), Some(detail));
            }
        }
        *self.calls.entry(operation).or_default() += 1;
        self.time += time;
    }
}
