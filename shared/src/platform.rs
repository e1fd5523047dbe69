//! What every function starts with: logging, settings, the client of the store, the runtime's loop.

use std::{
    process::ExitCode,
    time::{Duration, SystemTime},
};

use aws_config::{
    BehaviorVersion, environment::EnvironmentVariableCredentialsProvider, timeout::TimeoutConfig,
};
use aws_sdk_dynamodb::{
    Client,
    config::{Region, SharedHttpClient},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use lambda_http::{
    LambdaEvent, Request,
    lambda_runtime::{run, service_fn},
};

use serde_json::value::RawValue;

use crate::{
    config::Environment,
    http::{Response, TimeLeft, answer},
    telemetry,
};

/// How long a connection to the store may take to open.
const CONNECT: Duration = Duration::from_secs(1);
/// How long one attempt of a store call may take.
const ATTEMPT: Duration = Duration::from_secs(2);
/// How long a store call may take with its retries.
const OPERATION: Duration = Duration::from_secs(5);

/// The HTTP client of the SDK. Its TLS is ring by name: no process-wide default is involved.
#[must_use]
pub fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// A client of the store with region and credentials from the environment, where Lambda puts them.
/// No other source is asked: there is none in Lambda, and looking for one takes seconds.
async fn dynamodb(region: String) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client())
        .timeout_config(timeouts)
        .region(Region::new(region))
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .load()
        .await;
    Client::new(&config)
}

#[expect(clippy::disallowed_methods, reason = "Lambda's deadline is by the system's clock")]
fn time_left(deadline: SystemTime) -> Option<TimeLeft> {
    TimeLeft::until(deadline, SystemTime::now())
}

/// Runs a function: builds what it needs from the settings and answers events until Lambda ends it.
///
/// What stops the start is logged.
pub async fn start<Deps>(
    build: impl FnOnce(&mut Environment, &Client) -> Option<Deps>,
    handle: impl AsyncFn(&Deps, Request) -> Response,
) -> ExitCode {
    telemetry::start();
    let mut environment = Environment::of_process();
    let region = environment.required("AWS_REGION").unwrap_or_default();
    let built = build(&mut environment, &dynamodb(region).await);
    let deps = match environment.finish(built) {
        Ok(deps) => deps,
        Err(error) => {
            tracing::error!(%error, "start_failed");
            return ExitCode::FAILURE;
        }
    };
    // Boxed, because the compiler gives up on the layout of futures nested as deep as the SDK's.
    let service = service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        let time_left = time_left(event.context.deadline());
        let handled = Box::pin(answer(&event.payload, async |mut request| {
            time_left.map(|left| request.extensions_mut().insert(left));
            handle(&deps, request).await
        }));
        handled.await.map_err(lambda_http::Error::from)
    });
    match run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "runtime_failed");
            ExitCode::FAILURE
        }
    }
}
