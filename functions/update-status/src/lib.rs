//! `PUT /services/{id}/capacitystatus`: updates the status of a service.

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use shared::{
    auth::{Authenticator, Scope},
    domain::{ResetLimits, Service, StatusRecord},
    http::{
        Clock, Context, Endpoint, Preconditions, Problem, Response, authorise_change, body_hash,
        changed_response, no_remainder, parse_status_update,
    },
    runtime::{
        AllSettings as _, Environment, SettingsError, authenticator, reset_limits, table_names,
    },
    store::{TableNames, UpdateTables},
    telemetry::metrics,
};

/// What this function answers.
pub const ENDPOINT: Endpoint =
    Endpoint { function: "update-status", method: "PUT", path: "/services/{id}/capacitystatus" };

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    authenticator: Authenticator,
    tables: TableNames,
    reset_limits: ResetLimits,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (authenticator, tables, reset_limits) =
            (authenticator(environment), table_names(environment), reset_limits(environment))
                .all()?;
        Ok(Self { authenticator, tables, reset_limits })
    }
}

/// What this function needs.
pub struct Deps {
    authenticator: Authenticator,
    tables: UpdateTables,
    reset_limits: ResetLimits,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        Self {
            authenticator: settings.authenticator,
            tables: UpdateTables::new(client, settings.tables),
            reset_limits: settings.reset_limits,
            clock: Clock::system(),
        }
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, &ENDPOINT);
    context.respond(put(deps, &request, &context)).await
}

async fn put(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    no_remainder(request)?;
    let caller = deps.authenticator.authenticate(request, Scope::Write, context.now).await?;
    let (update, body) = authorise_change(&deps.tables, request, &caller, context).await?;
    let preconditions = Preconditions::read(request.headers());
    let decide = |service: &Service, effective: StatusRecord| {
        preconditions.check(service, effective)?;
        parse_status_update(&body, deps.reset_limits).map_err(Problem::ValidationFailed)
    };
    let on_cancelled =
        |cancellation| metrics::cancelled(ENDPOINT.function, cancellation, context.now);
    let updated = update.apply(|| body_hash(&body), decide, on_cancelled).await?;
    changed_response(updated, context)
}
