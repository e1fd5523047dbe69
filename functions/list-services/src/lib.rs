//! `GET /services`: services with their status, page by page or by id.

mod cursor;
mod query;

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use serde::Serialize;
use shared::{
    auth::{Authenticator, Scope},
    config::Environment,
    domain::{Service, ServiceId, Timestamp, User},
    http::{Clock, Context, ListedService, Operation, Problem, Response, ok, page},
    store::{Lister, Reader},
};

use self::query::{PageQuery, Query};

/// What the function needs.
pub struct Deps {
    authenticator: Authenticator,
    reader: Reader,
    lister: Lister,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// Reads the settings that this function uses.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let authenticator = Authenticator::read(environment);
        let reader = Reader::read(environment, client);
        let lister = Lister::read(environment, client);
        Some(Self {
            authenticator: authenticator?,
            reader: reader?,
            lister: lister?,
            clock: Clock::system(),
        })
    }
}

/// The services of those ids, and the ids that were not found.
#[derive(Serialize)]
struct Named {
    items: Vec<ListedService>,
    missing: Vec<u64>,
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, Operation::ListServices);
    context.respond(list(deps, &request, &context)).await
}

async fn list(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let principal = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    let caller = shared::auth::active(deps.reader.user(&principal.subject).await?)?;
    match query::read(request)? {
        Query::Ids(ids) => named(deps, &ids, context.now).await,
        Query::Page(query) => listed(deps, &caller, query, context.now).await,
    }
}

async fn named(deps: &Deps, ids: &[ServiceId], now: Timestamp) -> Result<Response, Problem> {
    let services = deps.lister.by_id(ids).await?;
    let found: Vec<_> = services.iter().map(Service::id).collect();
    let missing = ids.iter().filter(|id| !found.contains(id)).map(|id| id.get()).collect();
    ok(&Named { items: shown(services, now), missing })
}

async fn listed(
    deps: &Deps,
    caller: &User,
    query: PageQuery,
    now: Timestamp,
) -> Result<Response, Problem> {
    let PageQuery { selection, position, limit } = query;
    let found = deps.lister.page(&selection, caller, position, limit, now).await?;
    let found = found.ok_or(Problem::InvalidCursor)?;
    let next = found.next.map(|position| cursor::encode(&selection, &position));
    page(shown(found.services, now), next, limit)
}

fn shown(services: Vec<Service>, now: Timestamp) -> Vec<ListedService> {
    services.into_iter().map(|service| ListedService::shown_at(service, now)).collect()
}
