//! What every function starts with: logging, settings, the client of the store, the runtime's loop.

use std::{process::ExitCode, time::SystemTime};

use aws_config::{BehaviorVersion, environment::EnvironmentVariableCredentialsProvider};
use aws_sdk_dynamodb::{
    Client,
    config::{Builder as Config, Region, SharedHttpClient},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use lambda_http::{
    Error, LambdaEvent, Request,
    lambda_runtime::{run, service_fn},
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    config::Environment,
    http::{Response, TimeLeft, answer},
    metrics,
    store::Timeouts,
    telemetry,
};

/// The HTTP client of the SDK. Its TLS is ring by name: no process-wide default is involved.
#[must_use]
pub fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// A client of the store with region and credentials from the environment, where Lambda puts them.
/// No other source is asked: there is none in Lambda, and looking for one takes seconds.
async fn dynamodb(region: String, timeouts: &Timeouts) -> Client {
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client())
        .region(Region::new(region))
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .load()
        .await;
    Client::from_conf(timeouts.bound(Config::from(&config)).build())
}

#[expect(clippy::disallowed_methods, reason = "Lambda's deadline is by the system's clock")]
fn time_left(deadline: SystemTime) -> Option<TimeLeft> {
    TimeLeft::until(deadline, SystemTime::now())
}

/// What every function needs of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    region: String,
    namespace: String,
}

impl Settings {
    /// Reads `AWS_REGION`, which Lambda sets, and `METRICS_NAMESPACE`.
    pub fn read(environment: &mut Environment) -> Option<Self> {
        let region = environment.required("AWS_REGION");
        let namespace = environment.required("METRICS_NAMESPACE");
        Some(Self { region: region?, namespace: namespace? })
    }
}

/// One call of a function.
#[derive(Debug)]
pub struct Invocation {
    /// The event.
    pub event: Box<RawValue>,
    /// Lambda's id of the call.
    pub id: String,
    /// How long it may take, where that is known.
    pub time_left: Option<TimeLeft>,
}

/// Runs a function that answers the gateway's requests.
pub async fn serve<Deps>(
    build: impl FnOnce(&mut Environment, &Client) -> Option<Deps>,
    handle: impl AsyncFn(&Deps, Request) -> Response,
) -> ExitCode {
    start(build, async |deps: &Deps, call: Invocation| {
        let answered = answer(&call.event, async |mut request| {
            call.time_left.map(|left| request.extensions_mut().insert(left));
            handle(deps, request).await
        });
        answered.await.map_err(Error::from)
    })
    .await
}

/// Runs a function: builds what it needs from the settings and takes calls until Lambda ends it.
///
/// What stops the start is logged.
pub async fn start<Deps, Answer: Serialize>(
    build: impl FnOnce(&mut Environment, &Client) -> Option<Deps>,
    handle: impl AsyncFn(&Deps, Invocation) -> Result<Answer, Error>,
) -> ExitCode {
    telemetry::start();
    let mut environment = Environment::of_process();
    let settings = Settings::read(&mut environment);
    let region = settings.as_ref().map(|settings| settings.region.clone()).unwrap_or_default();
    let timeouts = Timeouts::default();
    let built = build(&mut environment, &dynamodb(region, &timeouts).await);
    let (settings, deps) = match environment.finish(settings.zip(built)) {
        Ok(built) => built,
        Err(error) => {
            tracing::error!(%error, "start_failed");
            return ExitCode::FAILURE;
        }
    };
    metrics::start(settings.namespace);
    // Boxed, because the compiler gives up on the layout of futures nested as deep as the SDK's.
    let service = service_fn(async |call: LambdaEvent<Box<RawValue>>| {
        let time_left = time_left(call.context.deadline());
        timeouts.end_within(time_left.map(|TimeLeft(left)| left));
        let (event, id) = (call.payload, call.context.request_id);
        Box::pin(handle(&deps, Invocation { event, id, time_left })).await
    });
    match run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "runtime_failed");
            ExitCode::FAILURE
        }
    }
}
