//! The path of a request: the SDK's client, and what stands between it and the real connection.

use std::{fmt, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{
        AsyncSleep, BehaviorVersion, Sleep, StalledStreamProtectionConfig,
        retry::{RetryPartition, TokenBucket},
        timeout::TimeoutConfig,
    },
};
use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::{Value, json};

use super::{
    App, HeldBack, Shared,
    answer::{Answer, success},
    fate::Fate,
    in_flight::{Hidden, Row, rows},
    lie::Lie,
};
use crate::harness::in_real_time;

/// The app's client with another connection, and with nothing that depends on time.
pub(super) fn client(app: &App, shared: Arc<Shared>) -> Client {
    let connection = Connection { shared, real: Builder::new().build_http() };
    // Its own partition, so that this store's faults use up no other test's retries.
    let partition = RetryPartition::custom("faulty").token_bucket(TokenBucket::unlimited()).build();
    let config = app.client.config().to_builder();
    let config = config
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(connection)
        .retry_partition(partition)
        .sleep_impl(NoWait)
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    Client::from_conf(config.build())
}

/// Does not wait: the SDK's waits between attempts take no time.
#[derive(Debug)]
pub(crate) struct NoWait;

impl AsyncSleep for NoWait {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}

/// The SDK's waits between attempts take the runtime's time, which a test can pause: then it passes at once while
/// everything waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuntimeTime;

impl AsyncSleep for RuntimeTime {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(duration))
    }
}

/// The real connection, wrapped for the SDK.
#[derive(Clone)]
struct Connection {
    shared: Arc<Shared>,
    real: SharedHttpClient,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

impl HttpClient for Connection {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let real = self.real.http_connector(settings, components);
        SharedHttpConnector::new(Faulty { shared: Arc::clone(&self.shared), real })
    }
}

/// The connector that the SDK sends its requests to.
#[derive(Clone)]
struct Faulty {
    shared: Arc<Shared>,
    real: SharedHttpConnector,
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let faulty = self.clone();
        HttpConnectorFuture::new(async move { faulty.answer(request).await })
    }
}

impl Faulty {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        self.shared.release(HeldBack::is_due).await;
        let operation = operation(&request);
        let plan = self.shared.plan(&operation);
        if plan.others_first {
            self.shared.others().await;
        }
        self.shared.in_flight.count_call();
        self.shared.count(operation.clone(), plan.fate);
        let request = match self.shared.lie {
            Some(lie) => lie.told_in(request),
            None => request,
        };
        let body = request.body().bytes().unwrap_or_default().to_vec();
        if plan.fate.is_applied() {
            let answer = match self.shared.lie {
                Some(lie) if lie.is_unsent(&body) => success("{}"),
                _ => self.apply(&operation, request, plan.fate).await?,
            };
            let answer = plan.fate.after(answer, &body)?;
            return Ok(match self.shared.lie {
                Some(lie) => lie.told_of(answer),
                None => answer,
            });
        }
        if let Fate::HeldBack(calls) = plan.fate {
            let connector = self.real.clone();
            self.shared.hold_back(HeldBack { calls, request, connector });
        }
        plan.fate.instead(&body)
    }

    /// Sends a request to the engine, unless a transaction in flight prevents it.
    async fn apply(
        &self,
        operation: &str,
        request: HttpRequest,
        fate: Fate,
    ) -> Result<Answer, ConnectorError> {
        let body = request.body().bytes().unwrap_or_default();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let in_flight = &self.shared.in_flight;
        let isolated =
            operation != "TransactGetItems" || self.shared.lie != Some(Lie::ReadsNotIsolated);
        if let Some(refusal) = in_flight.refusal(operation, &body).filter(|_| isolated) {
            return Ok(refusal);
        }
        let answer = match fate {
            Fate::HalfVisible(hidden) => self.apply_half_visible(request, &body, hidden).await?,
            _ => self.call(request).await?,
        };
        Ok(in_flight.half_visible(operation, &body, answer))
    }

    /// Lets the engine apply a transaction and marks it as in flight. A transaction that changes
    /// nothing, because it is refused or was applied before, is not in flight.
    async fn apply_half_visible(
        &self,
        request: HttpRequest,
        body: &Value,
        hidden: Hidden,
    ) -> Result<Answer, ConnectorError> {
        let again = request.try_clone().expect("a body in memory");
        let before = self.items(&again, body).await?;
        let answer = self.call(request).await?;
        if self.items(&again, body).await? != before {
            self.shared.in_flight.add(body, before, hidden);
        }
        Ok(answer)
    }

    /// Sends a request to the engine.
    async fn call(&self, request: HttpRequest) -> Result<Answer, ConnectorError> {
        in_real_time(async { read(self.real.call(request).await?).await }).await
    }

    /// The items of a transaction's rows, as the engine has them.
    async fn items(
        &self,
        transaction: &HttpRequest,
        body: &Value,
    ) -> Result<Vec<Option<Value>>, ConnectorError> {
        let mut request = transaction.try_clone().expect("a body in memory");
        let gets: Vec<_> = rows("TransactWriteItems", body).iter().map(Row::get).collect();
        let text = json!({"TransactItems": gets}).to_string();
        request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.TransactGetItems");
        request.headers_mut().insert("content-length", text.len().to_string());
        *request.body_mut() = SdkBody::from(text);
        let answer = self.call(request).await?;
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let responses = body["Responses"].as_array().expect("a response for each row").iter();
        Ok(responses.map(|response| response.get("Item").cloned()).collect())
    }
}

/// The action of a request.
fn operation(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// The answer with its whole body in memory.
pub(super) async fn read(answer: HttpResponse) -> Result<Answer, ConnectorError> {
    let status = answer.status();
    let read = ByteStream::new(answer.into_body()).collect().await;
    let body = read.map_err(|error| ConnectorError::io(error.into()))?.to_vec();
    Ok(Answer { status, body })
}
