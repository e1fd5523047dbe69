//! A proxy between the functions and DynamoDB: asks for the consumed capacity of each call and adds it up.

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

use crate::Error;

/// DynamoDB calls by operation, and the units that they consumed by table and index, since they were last
/// taken.
#[derive(Clone, Debug, Default)]
pub struct ConsumedCapacity {
    /// Calls by operation.
    pub calls: BTreeMap<String, u64>,
    /// Read units by table and index.
    pub read: BTreeMap<String, f64>,
    /// Write units by table and index.
    pub written: BTreeMap<String, f64>,
    /// The total time of all calls.
    pub time: Duration,
}

/// A running proxy. Stops when dropped.
#[derive(Debug)]
pub struct CapacityProxy {
    /// Its URL.
    pub url: String,
    consumed: Arc<Mutex<ConsumedCapacity>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct ProxyState {
    dynamodb_url: String,
    client: reqwest::Client,
    consumed: Arc<Mutex<ConsumedCapacity>>,
}

impl CapacityProxy {
    /// Starts a proxy for the DynamoDB at this URL.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(dynamodb_url: &str) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::Start("capacity proxy", error);
        let listener = free_port().map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.map_err(|error| failed(io::Error::other(error)))?;
        let consumed = Arc::<Mutex<ConsumedCapacity>>::default();
        let state = ProxyState {
            dynamodb_url: dynamodb_url.to_owned(),
            client,
            consumed: Arc::clone(&consumed),
        };
        let server = tokio::spawn(async move {
            let router = Router::new().fallback(forward).with_state(state);
            // Serves until its task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, consumed, server })
    }

    /// Returns what was consumed since the last call of this.
    #[must_use]
    pub fn take_consumed(&self) -> ConsumedCapacity {
        std::mem::take(&mut *self.consumed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for CapacityProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(
    State(proxy): State<ProxyState>,
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
    let request = proxy.client.post(&proxy.dynamodb_url).headers(headers).body(request.to_string());
    let response = request.send().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let time = sent_at.elapsed();
    let parsed = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_GATEWAY)?;
    let mut consumed = proxy.consumed.lock().unwrap_or_else(PoisonError::into_inner);
    consumed.add(operation, &parsed, time);
    let mut response = Response::new(body.into());
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    Ok(response)
}

impl ConsumedCapacity {
    /// Adds one DynamoDB call.
    pub fn add(&mut self, operation: String, response: &Value, time: Duration) {
        let writes = operation.ends_with("WriteItems") || operation.ends_with("WriteItem");
        let units = if writes { &mut self.written } else { &mut self.read };
        let consumed = response.get("ConsumedCapacity");
        let tables = consumed.map(|consumed| match consumed.as_array() {
            Some(several) => several.as_slice(),
            None => std::slice::from_ref(consumed),
        });
        for table in tables.unwrap_or_default() {
            let name = table.get("TableName").and_then(Value::as_str).unwrap_or_default();
            let mut add = |name: String, detail: Option<&Value>| {
                let consumed = detail.and_then(|detail| detail.get("CapacityUnits")?.as_f64());
                if let Some(consumed) = consumed.filter(|consumed| *consumed > 0.0) {
                    *units.entry(name).or_default() += consumed;
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
