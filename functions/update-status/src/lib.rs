//! `PUT /services/{id}/capacitystatus`: sets how full a service is, with its history entry, in one
//! transaction. `PATCH` on the same path comes here to be refused.

mod request;

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use lambda_http::{
    Request,
    http::{Method, header::IF_MATCH},
};
use shared::{
    auth::{Authenticator, Principal, Scope},
    config::{Environment, ResetLimits},
    domain::{Grant, Service, Transition, authorise_update},
    http::{
        Clock, Context, EntityTags, Problem, Representation, Response, json_object, service_id,
    },
    json::Object,
    store::{Applied, Freshness, Reader, Writer},
    usage,
};

/// How often an update without `If-Match` is tried when others write first.
const MAX_ATTEMPTS: u32 = 5;
/// The longest wait after the first attempt; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// What the function needs.
pub struct Deps {
    authenticator: Authenticator,
    reader: Reader,
    writer: Writer,
    limits: ResetLimits,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// Reads the settings that this function uses.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let authenticator = Authenticator::read(environment);
        let reader = Reader::read(environment, client);
        let writer = Writer::read(environment, client);
        let limits = ResetLimits::read(environment);
        Some(Self {
            authenticator: authenticator?,
            reader: reader?,
            writer: writer?,
            limits: limits?,
            clock: Clock::system(),
        })
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock);
    context.respond(put(deps, &request, &context)).await
}

async fn put(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    if request.method() != Method::PUT {
        let advice = "use PUT to update a status: it takes the same fields";
        return Err(Problem::MethodNotAllowed { allow: "GET, PUT", advice });
    }
    let principal = deps.authenticator.authenticate(request, Scope::Write, context.now).await?;
    let mut found = granted(deps, request, &principal).await?;
    let body = json_object(request)?;
    for attempt in 1..=MAX_ATTEMPTS {
        let transition = transition(deps, request, context, &body, &found)?;
        let (service, grant) = found;
        let written = deps.writer.apply(&grant, &transition, context.now, &context.request_id);
        match written.await? {
            Applied::Stored => return stored(&service, transition, context),
            Applied::SomebodyWroteFirst if attempt == MAX_ATTEMPTS => break,
            Applied::SomebodyWroteFirst => {}
        }
        pause(attempt).await;
        found = granted(deps, request, &principal).await?;
    }
    Err(Problem::Conflict)
}

/// The service, and the caller's right to update it.
async fn granted(
    deps: &Deps,
    request: &Request,
    principal: &Principal,
) -> Result<(Service, Grant), Problem> {
    let id = service_id(request);
    let found = deps.reader.user_and_service(&principal.subject, Freshness::Strong, id).await?;
    let user = shared::auth::active(found.0)?;
    let service =
        found.1.filter(|service| service.directory.active).ok_or(Problem::ServiceNotFound)?;
    let grant = authorise_update(&user, &service).ok_or(Problem::NotPermitted)?;
    Ok((service, grant))
}

/// What the request makes of the service, if `If-Match` and the fields allow.
fn transition(
    deps: &Deps,
    request: &Request,
    context: &Context,
    body: &Object,
    (service, grant): &(Service, Grant),
) -> Result<Transition, Problem> {
    if let Some(expected) = EntityTags::read(request.headers(), &IF_MATCH) {
        let shown = service.record.clone().shown_at(context.now);
        let current = Representation::new(&service.directory, shown)?;
        if !expected.match_strongly(current.etag()) {
            return Err(Problem::PreconditionFailed(current.etag().clone()));
        }
    }
    let update = request::status_update(body, deps.limits).map_err(Problem::ValidationFailed)?;
    Ok(update.apply(&service.record, grant, context.now))
}

/// The answer: what a reader is shown now. Each change is in the usage record.
fn stored(
    service: &Service,
    transition: Transition,
    context: &Context,
) -> Result<Response, Problem> {
    for change in &transition.changes {
        usage::status_changed(context, &service.directory, change);
    }
    let shown = transition.after.shown_at(context.now);
    Ok(Representation::new(&service.directory, shown)?.into_response())
}

/// Waits a random part of a time that doubles with each attempt, so that writers do not stay in step.
async fn pause(attempt: u32) {
    let longest = FIRST_PAUSE * 2_u32.saturating_pow(attempt - 1);
    tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
}
