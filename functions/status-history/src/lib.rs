//! `GET /services/{id}/capacitystatus/history`: how a service's status came to be what it is, newest
//! change first; or what a reader was shown at some time.

mod query;

use aws_sdk_dynamodb::Client;
use lambda_http::{
    Request,
    http::{HeaderValue, header::LINK},
};
use serde::Serialize;
use shared::{
    auth::{Authenticator, Scope},
    config::Environment,
    domain::{Service, Timestamp},
    http::{
        Clock, Context, HistoryEntry, Operation, Problem, Representation, Response, ok, service_id,
    },
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

/// A page, and the cursor of the next.
#[derive(Serialize)]
struct Listed {
    items: Vec<HistoryEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, Operation::StatusHistory);
    context.respond(get(deps, &request, &context)).await
}

async fn get(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let principal = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    let (user, service) =
        deps.reader.user_and_service(&principal.subject, service_id(request)).await?;
    shared::auth::active(user)?;
    let service =
        service.filter(|service| service.directory.active).ok_or(Problem::ServiceNotFound)?;
    match query::read(request, service.id(), context.now)? {
        Query::At(at) => shown(deps, &service, at).await,
        Query::Page(query) => page(deps, &service, query, context.now).await,
    }
}

/// What a reader was shown at that time. Not under an entity tag: it is not what `If-Match` compares.
async fn shown(deps: &Deps, service: &Service, at: Timestamp) -> Result<Response, Problem> {
    let shown = deps.history.shown_at(service.id(), at).await?;
    let name = &service.directory.name;
    Ok(Representation::new(service.id(), name, shown)?.into_untagged_response())
}

async fn page(
    deps: &Deps,
    service: &Service,
    PageQuery { window, after, limit }: PageQuery,
    now: Timestamp,
) -> Result<Response, Problem> {
    let page = deps.history.page(service.id(), window, after, limit, now).await?;
    let next = page.next.map(|place| query::cursor(service.id(), window, place));
    let link = next.as_deref().and_then(|next| {
        HeaderValue::from_str(&format!("<?limit={limit}&cursor={next}>; rel=\"next\"")).ok()
    });
    let items = page.changes.into_iter().map(HistoryEntry::from).collect();
    let mut response = ok(&Listed { items, next })?;
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}
