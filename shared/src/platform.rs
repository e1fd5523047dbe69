//! What every function starts with: logging, settings, the client of the store, the runtime's loop.

use std::{process::ExitCode, time::SystemTime};

use aws_sdk_dynamodb::Client;
use lambda_http::{
    Error, LambdaEvent, Request,
    lambda_runtime::{run, service_fn},
};
use mimalloc::MiMalloc;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    client::{self, ClientSettings},
    config::{ConfigError, Environment},
    http::{Response, TimeLeft, answer},
    metrics, rehearsal,
    store::Timeouts,
    telemetry,
};

/// A quarter of a warm call's instructions are the C library's allocator; this one takes a third of them.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[expect(clippy::disallowed_methods, reason = "Lambda's deadline is by the system's clock")]
fn time_left(deadline: SystemTime) -> Option<TimeLeft> {
    TimeLeft::until(deadline, SystemTime::now())
}

/// One call of a function. Its event may hold a token, so that it is not printed.
pub struct Invocation {
    /// The event.
    pub event: Box<RawValue>,
    /// Lambda's id of the call.
    pub id: String,
    /// How long it may take, where that is known.
    pub time_left: Option<TimeLeft>,
}

/// Runs a function that answers the gateway's requests, of which those of that route are the most.
pub async fn serve<Deps>(
    route: &str,
    build: impl FnOnce(&mut Environment, &Client) -> Option<Deps>,
    handle: impl AsyncFn(&Deps, Request) -> Response,
) -> ExitCode {
    let timeouts = Timeouts::default();
    let build = |environment: &mut Environment| with_client(environment, &timeouts, build);
    answer_requests(route, build, &timeouts, handle).await
}

/// As [`serve`], for a function that has no use for the store.
pub async fn serve_without_store<Deps>(
    route: &str,
    build: impl FnOnce(&mut Environment) -> Option<Deps>,
    handle: impl AsyncFn(&Deps, Request) -> Response,
) -> ExitCode {
    answer_requests(route, build, &Timeouts::default(), handle).await
}

/// Runs a function that is called otherwise: builds what it needs from the settings and takes calls until
/// Lambda ends it.
///
/// What stops the start is logged.
pub async fn start<Deps, Answer: Serialize>(
    build: impl FnOnce(&mut Environment, &Client) -> Option<Deps>,
    handle: impl AsyncFn(&Deps, Invocation) -> Result<Answer, Error>,
) -> ExitCode {
    let timeouts = Timeouts::default();
    let build = |environment: &mut Environment| with_client(environment, &timeouts, build);
    run_function(build, &timeouts, async |_: &Deps| (), handle).await
}

async fn answer_requests<Deps>(
    route: &str,
    build: impl FnOnce(&mut Environment) -> Option<Deps>,
    timeouts: &Timeouts,
    handle: impl AsyncFn(&Deps, Request) -> Response,
) -> ExitCode {
    let respond = async |deps: &Deps, call: Invocation| {
        let answered = answer(&call.event, async |mut request| {
            call.time_left.map(|left| request.extensions_mut().insert(left));
            handle(deps, request).await
        });
        answered.await.map_err(Error::from)
    };
    let rehearse = async |deps: &Deps| rehearsal::hold(route, deps, &handle).await;
    run_function(build, timeouts, rehearse, respond).await
}

async fn run_function<Deps, Answer: Serialize>(
    build: impl FnOnce(&mut Environment) -> Option<Deps>,
    timeouts: &Timeouts,
    rehearse: impl AsyncFnOnce(&Deps),
    handle: impl AsyncFn(&Deps, Invocation) -> Result<Answer, Error>,
) -> ExitCode {
    telemetry::start();
    let deps = match built(build) {
        Ok(deps) => deps,
        Err(error) => {
            tracing::error!(%error, "start_failed");
            return ExitCode::FAILURE;
        }
    };
    timeouts.end_within(Some(rehearsal::TIME));
    rehearse(&deps).await;
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

/// What the function needs, from the settings of this process.
fn built<Deps>(build: impl FnOnce(&mut Environment) -> Option<Deps>) -> Result<Deps, ConfigError> {
    let mut environment = Environment::of_process();
    let namespace = environment.required("METRICS_NAMESPACE");
    let built = build(&mut environment);
    let (namespace, deps) = environment.finish(namespace.zip(built))?;
    metrics::start(namespace);
    Ok(deps)
}

/// What a function needs that has a client of the store.
fn with_client<Deps>(
    environment: &mut Environment,
    timeouts: &Timeouts,
    build: impl FnOnce(&mut Environment, &Client) -> Option<Deps>,
) -> Option<Deps> {
    let settings = ClientSettings::read(environment);
    let readable = settings.is_some();
    // Without one the other settings are read all the same, to report everything that is wrong.
    let client = settings.map_or_else(client::unusable, |settings| settings.client(timeouts));
    build(environment, &client).filter(|_| readable)
}
