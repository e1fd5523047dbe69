//! `GET /services/{id}/capacitystatus/history`: a service's status changes, newest first, or its status at a
//! time in the past.

mod query;

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use shared::{
    auth::{Authenticator, Scope},
    domain::{Service, Timestamp},
    http::{
        Clock, Context, Endpoint, HistoryEntry, Page, Problem, Representation, Response,
        page_response, service_id,
    },
    operations::read_service,
    runtime::{AllSettings as _, Environment, SettingsError, authenticator},
    store::{PastStatus, ServicesTable, StatusHistoryTable, UsersTable},
};

use self::query::{PageQuery, Query};

/// What this function answers.
pub const ENDPOINT: Endpoint = Endpoint {
    function: "status-history",
    method: "GET",
    path: "/services/{id}/capacitystatus/history",
};

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
    let context = Context::new(&request, &deps.clock, &ENDPOINT);
    context.respond(get(deps, &request, &context)).await
}

async fn get(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let caller = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    let id = service_id(request);
    let service = read_service(&deps.users, &deps.services, &caller.subject, id).await?;
    match query::read(request, service.id(), context.now)? {
        Query::At(at) => status_at(deps, &service, at).await,
        Query::Page(query) => changes(deps, &service, query, context.now).await,
    }
}

/// The status that readers saw at this time. It has no entity tag, because `If-Match` compares the
/// current one.
async fn status_at(deps: &Deps, service: &Service, at: Timestamp) -> Result<Response, Problem> {
    let effective = match deps.history.effective_at(service, at).await? {
        PastStatus::Known(record) => record,
        PastStatus::Pruned { oldest } => return Err(Problem::HistoryPruned(oldest)),
    };
    Ok(Representation::new(&service.details, effective)?.into_untagged_response())
}

async fn changes(
    deps: &Deps,
    service: &Service,
    PageQuery { range, after, limit }: PageQuery,
    now: Timestamp,
) -> Result<Response, Problem> {
    let page = deps.history.page(service, range, after, limit, now).await?;
    let next = page.next.map(|position| query::encode_cursor(service.id(), range, position));
    let items = page.changes.into_iter().map(HistoryEntry::from).collect();
    page_response(&Page { items, unavailable: Vec::new(), next }, limit)
}
