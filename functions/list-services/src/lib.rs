//! `GET /services`: services with their status, page by page or by id.

mod query;

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use serde::Serialize;
use shared::{
    auth::{Authenticator, Scope},
    domain::{Service, ServiceId, Timestamp},
    http::{
        Clock, Context, Endpoint, ListedService, Page, Problem, Response, json_ok, list_cursor,
        page_response,
    },
    operations::{list_services, read_user, services_by_id},
    runtime::{AllSettings as _, Environment, SettingsError, authenticator},
    store::{PageRequest, ServicesTable, UnreadableRow, UsersTable},
    telemetry::unreadable,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unavailable: Vec<u64>,
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, &ENDPOINT);
    context.respond(list(deps, &request, &context)).await
}

async fn list(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let caller = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    let subject = caller.subject.as_str();
    match query::read(request) {
        Ok(Query::Ids(ids)) => by_id(deps, subject, &ids, context).await,
        Ok(Query::Page(query)) => page(deps, subject, query, context).await,
        Err(problem) => {
            // Who may not use the API learns no more.
            read_user(&deps.users, subject).await?;
            Err(problem)
        }
    }
}

async fn by_id(
    deps: &Deps,
    subject: &str,
    ids: &[ServiceId],
    context: &Context,
) -> Result<Response, Problem> {
    let found = services_by_id(&deps.users, &deps.services, subject, ids).await?;
    json_ok(&ServicesById {
        items: items(found.services, context.now),
        missing: found.missing.into_iter().map(ServiceId::get).collect(),
        unavailable: unavailable(&found.unreadable, context),
    })
}

async fn page(
    deps: &Deps,
    subject: &str,
    query: PageQuery,
    context: &Context,
) -> Result<Response, Problem> {
    let PageQuery { filter, position, limit } = query;
    let request = PageRequest { filter, position, limit, now: context.now };
    let page = list_services(&deps.users, &deps.services, subject, &request).await?;
    let page = page.ok_or(Problem::InvalidCursor)?;
    let unavailable = unavailable(&page.unreadable, context);
    let next = page.next.map(|position| list_cursor::encode(&request.filter, &position));
    page_response(&Page { items: items(page.services, context.now), unavailable, next }, limit)
}

fn items(services: Vec<Service>, now: Timestamp) -> Vec<ListedService> {
    services.into_iter().map(|service| ListedService::effective_at(service, now)).collect()
}

/// The ids of rows that cannot be read. A row whose key is no service's id is only logged and counted.
fn unavailable(rows: &[UnreadableRow], context: &Context) -> Vec<u64> {
    let Context { request_id, correlation_id, now, .. } = context;
    unreadable::rows(rows, request_id, correlation_id.as_deref(), *now);
    rows.iter().filter_map(UnreadableRow::service).map(ServiceId::get).collect()
}
