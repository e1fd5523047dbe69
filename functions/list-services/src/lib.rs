//! `GET /services`: services with their status, page by page or by id.

mod cursor;
mod query;

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use serde::Serialize;
use shared::{
    auth::{Authenticator, Scope},
    domain::{Service, ServiceId, Timestamp, User},
    http::{Clock, Context, Endpoint, ListedService, Problem, Response, json_ok, page_response},
    operations::{read_user, services_by_id},
    runtime::{AllSettings as _, Environment, SettingsError, authenticator},
    store::{ServicesTable, UsersTable},
};

use self::query::{PageQuery, Query};

/// What this function answers.
pub const ENDPOINT: Endpoint =
    Endpoint { function: "list-services", method: "GET", path: "/services" };

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    authenticator: Authenticator,
    services_table: String,
    users_table: String,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (authenticator, services_table, users_table) = (
            authenticator(environment),
            environment.required("SERVICES_TABLE"),
            environment.required("USERS_TABLE"),
        )
            .all()?;
        Ok(Self { authenticator, services_table, users_table })
    }
}

/// What this function needs.
pub struct Deps {
    authenticator: Authenticator,
    services: ServicesTable,
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
            users: UsersTable::new(client, settings.users_table),
            clock: Clock::system(),
        }
    }
}

/// The services with the requested ids.
#[derive(Serialize)]
struct ServicesById {
    items: Vec<ListedService>,
    missing: Vec<u64>,
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, &ENDPOINT);
    context.respond(list(deps, &request, &context)).await
}

async fn list(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let caller = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    let user = read_user(&deps.users, &caller.subject).await?;
    match query::read(request)? {
        Query::Ids(ids) => by_id(deps, &ids, context.now).await,
        Query::Page(query) => page(deps, &user, query, context.now).await,
    }
}

async fn by_id(deps: &Deps, ids: &[ServiceId], now: Timestamp) -> Result<Response, Problem> {
    let found = services_by_id(&deps.services, ids).await?;
    let missing = found.missing.into_iter().map(ServiceId::get).collect();
    json_ok(&ServicesById { items: items(found.services, now), missing })
}

async fn page(
    deps: &Deps,
    user: &User,
    query: PageQuery,
    now: Timestamp,
) -> Result<Response, Problem> {
    let PageQuery { filter, position, limit } = query;
    let page = deps.services.page(&filter, user, position, limit, now).await?;
    let page = page.ok_or(Problem::InvalidCursor)?;
    let next = page.next.map(|position| cursor::encode(&filter, &position));
    page_response(items(page.services, now), next, limit)
}

fn items(services: Vec<Service>, now: Timestamp) -> Vec<ListedService> {
    services.into_iter().map(|service| ListedService::effective_at(service, now)).collect()
}
