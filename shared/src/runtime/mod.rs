//! Starts every function: logging, settings, the DynamoDB client, Lambda's loop.

pub mod client;
mod settings;
mod timeouts;
pub mod warm_up;

use std::{process::ExitCode, time::SystemTime};

use aws_sdk_dynamodb::Client;
use lambda_http::{
    Error, LambdaEvent, Request,
    lambda_runtime::{run, service_fn},
};
use mimalloc::MiMalloc;
use serde::Serialize;
use serde_json::value::RawValue;

use self::client::ClientSettings;
pub use self::{
    settings::{
        AllSettings, Environment, SettingsError, authenticator, reset_limits, table_names,
        table_variables,
    },
    timeouts::Timeouts,
};
use crate::{
    http::{Endpoint, RemainingTime, Response, dispatch},
    telemetry::{log, metrics},
};

/// The C library's allocator takes a quarter of a warm call's instructions; mimalloc takes a third of that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[expect(clippy::disallowed_methods, reason = "Lambda's deadline is a time of the system's clock")]
fn remaining_time(deadline: SystemTime) -> Option<RemainingTime> {
    RemainingTime::until(deadline, SystemTime::now())
}

/// One call of a function. Its event may hold a token, so it has no `Debug`.
pub struct Invocation {
    /// The event.
    pub event: Box<RawValue>,
    /// Lambda's id of the call.
    pub id: String,
    /// How long the call may take, if that is known.
    pub remaining_time: Option<RemainingTime>,
}

/// Runs a function that answers the gateway's requests.
pub async fn serve<Settings, Deps>(
    endpoint: &Endpoint,
    read: impl FnOnce(&Environment) -> Result<Settings, SettingsError>,
    build: impl FnOnce(Settings, &Client) -> Deps,
    handle: impl AsyncFn(&Deps, Request) -> Response,
) -> ExitCode {
    let timeouts = Timeouts::default();
    let build = |environment: &Environment| with_client(environment, &timeouts, read, build);
    answer_requests(endpoint, build, &timeouts, handle).await
}

/// Runs a function that answers the gateway's requests without the store.
pub async fn serve_without_store<Deps>(
    endpoint: &Endpoint,
    build: impl FnOnce(&Environment) -> Result<Deps, SettingsError>,
    handle: impl AsyncFn(&Deps, Request) -> Response,
) -> ExitCode {
    answer_requests(endpoint, build, &Timeouts::default(), handle).await
}

/// Runs a function that is not called by the gateway.
pub async fn start<Settings, Deps, Answer: Serialize>(
    read: impl FnOnce(&Environment) -> Result<Settings, SettingsError>,
    build: impl FnOnce(Settings, &Client) -> Deps,
    handle: impl AsyncFn(&Deps, Invocation) -> Result<Answer, Error>,
) -> ExitCode {
    let timeouts = Timeouts::default();
    let build = |environment: &Environment| with_client(environment, &timeouts, read, build);
    run_function(build, &timeouts, async |_: &Environment, _: &Deps| (), handle).await
}

async fn answer_requests<Deps>(
    endpoint: &Endpoint,
    build: impl FnOnce(&Environment) -> Result<Deps, SettingsError>,
    timeouts: &Timeouts,
    handle: impl AsyncFn(&Deps, Request) -> Response,
) -> ExitCode {
    let respond = async |deps: &Deps, call: Invocation| {
        let response = dispatch(&call.event, async |mut request| {
            call.remaining_time.map(|time| request.extensions_mut().insert(time));
            handle(deps, request).await
        });
        response.await.map_err(Error::from)
    };
    let warm_up = async |environment: &Environment, deps: &Deps| {
        warm_up::run(endpoint, environment, deps, &handle).await;
    };
    run_function(build, timeouts, warm_up, respond).await
}

/// Starts the function, then handles calls until Lambda stops the process. Logs why a start fails.
async fn run_function<Deps, Answer: Serialize>(
    build: impl FnOnce(&Environment) -> Result<Deps, SettingsError>,
    timeouts: &Timeouts,
    warm_up: impl AsyncFnOnce(&Environment, &Deps),
    handle: impl AsyncFn(&Deps, Invocation) -> Result<Answer, Error>,
) -> ExitCode {
    log::start();
    let environment = Environment::of_process();
    let deps = match built(&environment, build) {
        Ok(deps) => deps,
        Err(error) => {
            tracing::error!(%error, "start_failed");
            return ExitCode::FAILURE;
        }
    };
    timeouts.end_within(Some(warm_up::TIMEOUT));
    warm_up(&environment, &deps).await;
    // Boxed, because the compiler cannot lay out futures nested as deeply as the SDK's.
    let service = service_fn(async |call: LambdaEvent<Box<RawValue>>| {
        let remaining_time = remaining_time(call.context.deadline());
        timeouts.end_within(remaining_time.map(|RemainingTime(time)| time));
        let (event, id) = (call.payload, call.context.request_id);
        Box::pin(handle(&deps, Invocation { event, id, remaining_time })).await
    });
    match run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "runtime_failed");
            ExitCode::FAILURE
        }
    }
}

/// Builds what the function needs from its settings.
fn built<Deps>(
    environment: &Environment,
    build: impl FnOnce(&Environment) -> Result<Deps, SettingsError>,
) -> Result<Deps, SettingsError> {
    let namespace = environment.required("METRICS_NAMESPACE");
    let (namespace, deps) = (namespace, build(environment)).all()?;
    metrics::start(namespace);
    Ok(deps)
}

fn with_client<Settings, Deps>(
    environment: &Environment,
    timeouts: &Timeouts,
    read: impl FnOnce(&Environment) -> Result<Settings, SettingsError>,
    build: impl FnOnce(Settings, &Client) -> Deps,
) -> Result<Deps, SettingsError> {
    let (client, settings) = (ClientSettings::read(environment), read(environment)).all()?;
    Ok(build(settings, &client.client(timeouts)))
}
