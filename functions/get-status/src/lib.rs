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
    access::readable_service,
    auth::Authenticator,
    config::Environment,
    http::{Clock, Context, ETag, EntityTags, Operation, Problem, Representation, Response},
    store::Reader,
};

/// What the function needs.
pub struct Deps {
    authenticator: Authenticator,
    reader: Reader,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// Reads the settings that this function uses.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let authenticator = Authenticator::read(environment);
        let reader = Reader::read(environment, client);
        Some(Self { authenticator: authenticator?, reader: reader?, clock: Clock::system() })
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, Operation::GetStatus);
    context.respond(get(deps, &request, &context)).await
}

async fn get(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let service = readable_service(&deps.authenticator, &deps.reader, request, context).await?;
    let shown = service.record.clone().shown_at(context.now);
    let representation = Representation::new(service.id(), &service.directory.name, shown)?;
    match EntityTags::read(request.headers(), &IF_NONE_MATCH) {
        Some(known) if known.match_weakly(representation.etag()) => {
            Ok(not_modified(representation.etag()))
        }
        Some(_) | None => Ok(representation.into_response()),
    }
}

fn not_modified(etag: &ETag) -> Response {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response.headers_mut().insert(ETAG, etag.header());
    response
}
