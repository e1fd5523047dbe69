//! `PUT /services/{id}/capacitystatus/deadline`: moves the deadline of an AMBER or RED, which stays as it is.

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use shared::{
    auth::{Authenticator, Scope},
    domain::{ResetLimits, Service, StatusRecord},
    http::{
        Clock, Context, Endpoint, Preconditions, Problem, Response, authorise_change, body_hash,
        changed_response, parse_deadline_update,
    },
    runtime::{
        AllSettings as _, Environment, SettingsError, authenticator, reset_limits, table_names,
    },
    store::{TableNames, UpdateTables},
    telemetry::metrics,
};

/// What this function answers.
pub const ENDPOINT: Endpoint = Endpoint {
    function: "update-deadline",
    method: "PUT",
    path: "/services/{id}/capacitystatus/deadline",
};

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
    let caller = deps.authenticator.authenticate(request, Scope::Write, context.now).await?;
    let (update, body) = authorise_change(&deps.tables, request, &caller, context).await?;
    let preconditions = Preconditions::read(request.headers());
    let decide = |service: &Service, effective: StatusRecord| {
        preconditions.check_required(service, effective)?;
        parse_deadline_update(&body, deps.reset_limits).map_err(Problem::ValidationFailed)
    };
    let on_cancelled =
        |cancellation| metrics::cancelled(ENDPOINT.function, cancellation, context.now);
    // A key that was used for an update of the status is not one for the same body here.
    let body_hash = || format!("deadline {}", body_hash(&body));
    let updated = update.move_deadline(body_hash, decide, on_cancelled).await?;
    changed_response(updated, context)
}
