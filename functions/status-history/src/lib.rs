//! `GET /services/{id}/capacitystatus/history`: how a service's status came to be what it is, newest
//! change first; or what a reader was shown at some time.

mod query;

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use shared::{
    access::readable_service,
    auth::Authenticator,
    config::Environment,
    domain::{Service, Timestamp},
    http::{Clock, Context, HistoryEntry, Operation, Problem, Representation, Response, page},
    store::{History, Reader},
};

use self::query::{PageQuery, Query};

/// What the function needs.
pub struct Deps {
    authenticator: Authenticator,
    reader: Reader,
    history: History,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// Reads the settings that this function uses.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let authenticator = Authenticator::read(environment);
        let reader = Reader::read(environment, client);
        let history = History::read(environment, client);
        Some(Self {
            authenticator: authenticator?,
            reader: reader?,
            history: history?,
            clock: Clock::system(),
        })
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, Operation::StatusHistory);
    context.respond(get(deps, &request, &context)).await
}

async fn get(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let service = readable_service(&deps.authenticator, &deps.reader, request, context).await?;
    match query::read(request, service.id(), context.now)? {
        Query::At(at) => shown(deps, &service, at).await,
        Query::Page(query) => changes(deps, &service, query, context.now).await,
    }
}

/// What a reader was shown at that time. Not under an entity tag: it is not what `If-Match` compares.
async fn shown(deps: &Deps, service: &Service, at: Timestamp) -> Result<Response, Problem> {
    let shown = deps.history.shown_at(service.id(), at).await?;
    let name = &service.directory.name;
    Ok(Representation::new(service.id(), name, shown)?.into_untagged_response())
}

async fn changes(
    deps: &Deps,
    service: &Service,
    PageQuery { window, after, limit }: PageQuery,
    now: Timestamp,
) -> Result<Response, Problem> {
    let found = deps.history.page(service.id(), window, after, limit, now).await?;
    let next = found.next.map(|place| query::cursor(service.id(), window, place));
    page(found.changes.into_iter().map(HistoryEntry::from).collect(), next, limit)
}
