//! `GET /services/{id}/summary`: how many services at and below one have which status.
//! `GET /services/{id}/statistics`: how long a service had each status.

mod statistics;
mod statistics_query;
mod summary;

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use shared::{
    auth::{Authenticator, Scope},
    http::{Clock, Context, Endpoint, Problem, Response, is_route},
    runtime::{AllSettings as _, Environment, SettingsError, authenticator},
    store::{ServicesTable, StatusHistoryTable, UsersTable},
};

/// What this function answers.
pub const ENDPOINT: Endpoint =
    Endpoint { function: "summarise-services", method: "GET", path: "/services/{id}/summary" };

/// The other path.
const STATISTICS: &str = "/services/{id}/statistics";

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    authenticator: Authenticator,
    services_table: String,
    status_history_table: String,
    users_table: String,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (authenticator, services_table, status_history_table, users_table) = (
            authenticator(environment),
            environment.required("SERVICES_TABLE"),
            environment.required("STATUS_HISTORY_TABLE"),
            environment.required("USERS_TABLE"),
        )
            .all()?;
        Ok(Self { authenticator, services_table, status_history_table, users_table })
    }
}

/// What this function needs.
pub struct Deps {
    authenticator: Authenticator,
    services: ServicesTable,
    history: StatusHistoryTable,
    users: UsersTable,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        Self {
            authenticator: settings.authenticator,
            services: ServicesTable::new(client, settings.services_table),
            history: StatusHistoryTable::new(client, settings.status_history_table),
            users: UsersTable::new(client, settings.users_table),
            clock: Clock::system(),
        }
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let is_statistics = is_route(&request, STATISTICS);
    let path = if is_statistics { STATISTICS } else { ENDPOINT.path };
    let context = Context::with_path(&request, &deps.clock, &ENDPOINT, Some(path));
    context.respond(get(deps, &request, &context, is_statistics)).await
}

async fn get(
    deps: &Deps,
    request: &Request,
    context: &Context,
    is_statistics: bool,
) -> Result<Response, Problem> {
    let caller = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    if is_statistics {
        statistics::answer(deps, request, context, &caller.subject).await
    } else {
        summary::answer(deps, request, context, &caller.subject).await
    }
}
