//! `GET /services/{id}/capacitystatus`: how full a service is, judged at the moment of asking.

use aws_sdk_dynamodb::Client;
use lambda_http::{
    Body, Request,
    http::{
        StatusCode,
        header::{ETAG, IF_NONE_MATCH},
    },
};
use shared::{
    auth::{Authenticator, Scope},
    config::Environment,
    http::{
        CapacityStatusView, Clock, Context, ETag, EntityTags, Problem, Response, ok, service_id,
    },
    store::{Freshness, Reader},
};

/// What the function needs.
pub struct Deps {
    authenticator: Authenticator,
    reader: Reader,
    clock: Clock,
}

impl Deps {
    /// Reads the settings that this function uses.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let authenticator = Authenticator::read(environment);
        let reader = Reader::read(environment, client);
        Some(Self { authenticator: authenticator?, reader: reader?, clock: Clock::system() })
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock);
    context.respond(get(deps, &request, &context).await)
}

async fn get(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let principal = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    let (user, service) = deps
        .reader
        .user_and_service(&principal.subject, Freshness::Eventual, service_id(request))
        .await?;
    shared::auth::active(user)?;
    let service =
        service.filter(|service| service.directory.active).ok_or(Problem::ServiceNotFound)?;

    let (id, directory) = (service.id(), service.directory);
    let shown = service.record.shown_at(context.now);
    let etag = ETag::of(&directory, &shown);
    let known = EntityTags::read(request.headers(), &IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.match_weakly(&etag)) {
        not_modified()
    } else {
        ok(&CapacityStatusView::new(id, directory.name, shown))?
    };
    response.headers_mut().insert(ETAG, etag.header());
    Ok(response)
}

fn not_modified() -> Response {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}
