//! `PUT /services/{id}/capacitystatus`: sets how full a service is, with its history entry, in one
//! transaction. `PATCH` on the same path comes here to be refused.

mod request;

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use lambda_http::{
    Request,
    http::{
        HeaderName, HeaderValue, Method,
        header::{HeaderMap, IF_MATCH},
    },
};
use shared::{
    auth::{Authenticator, Principal, Scope},
    config::{Environment, ResetLimits},
    domain::{Grant, Service, ServiceId, StatusRecord, Transition, authorise_update},
    http::{
        Clock, Context, EntityTags, Operation, Problem, Representation, Response, json_object,
        plain_id, service_id,
    },
    json::Object,
    metrics,
    store::{Applied, Named, Recorded, RepeatKey, StoreFault, Transaction, Updates, Use},
    usage,
};

/// How often an update is sent when others write first.
const MAX_ATTEMPTS: u32 = 5;
/// The longest wait after the first attempt; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What the function needs.
pub struct Deps {
    authenticator: Authenticator,
    updates: Updates,
    limits: ResetLimits,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// Reads the settings that this function uses.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let authenticator = Authenticator::read(environment);
        let updates = Updates::read(environment, client);
        let limits = ResetLimits::read(environment);
        Some(Self {
            authenticator: authenticator?,
            updates: updates?,
            limits: limits?,
            clock: Clock::system(),
        })
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, Operation::UpdateStatus);
    context.respond(put(deps, &request, &context)).await
}

async fn put(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    if request.method() != Method::PUT {
        let advice = "use PUT to update a status: it takes the same fields";
        return Err(Problem::MethodNotAllowed { allow: "GET, PUT", advice });
    }
    let principal = deps.authenticator.authenticate(request, Scope::Write, context.now).await?;
    let (id, key) = (service_id(request), idempotency_key(request.headers()));
    let key = key.map(|key| id.zip(key).map(|(id, key)| repeat_key(&principal, id, &key)));
    let asked = Asked { deps, context, principal, id, key: key.as_ref().ok().cloned().flatten() };
    let found = asked.found().await?;
    let body = json_object(request)?;
    key?;
    asked.update(&body, EntityTags::read(request.headers(), &IF_MATCH).as_ref(), found).await
}

/// The client's name for its update, if it gives one.
///
/// # Errors
/// [`Problem::InvalidIdempotencyKey`].
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => plain_id(value).map(Some).ok_or(Problem::InvalidIdempotencyKey),
        (Some(_), Some(_)) => Err(Problem::InvalidIdempotencyKey),
    }
}

fn repeat_key(principal: &Principal, id: ServiceId, key: &str) -> RepeatKey {
    RepeatKey::new(&principal.subject, id, key)
}

/// What stays the same however often the update is tried.
struct Asked<'a> {
    deps: &'a Deps,
    context: &'a Context,
    principal: Principal,
    id: Option<ServiceId>,
    key: Option<RepeatKey>,
}

/// What one read found: the service, the caller's right to update it, and what the key was used for.
struct Found {
    service: Service,
    grant: Grant,
    used: Option<Use>,
}

/// An update as it was sent: what it makes of which service, and the transaction that does it.
struct Attempt {
    service: Service,
    transition: Transition,
    transaction: Transaction,
}

impl Asked<'_> {
    async fn found(&self) -> Result<Found, Problem> {
        let subject = &self.principal.subject;
        let before =
            self.deps.updates.before(subject, self.id, self.key.as_ref(), self.context.now);
        let before = before.await?;
        let user = shared::auth::active(before.user)?;
        let service = before.service.filter(|service| service.directory.active);
        let service = service.ok_or(Problem::ServiceNotFound)?;
        let grant = authorise_update(&user, &service).ok_or(Problem::NotPermitted)?;
        Ok(Found { service, grant, used: before.used })
    }

    /// Tries until the update is stored, or somebody else's is that it must not overwrite.
    async fn update(
        &self,
        body: &Object,
        if_match: Option<&EntityTags>,
        mut found: Found,
    ) -> Result<Response, Problem> {
        let mut moved = false;
        let mut cancelled: Option<Attempt> = None;
        for number in 1..=MAX_ATTEMPTS {
            if let Some(used) = &found.used {
                return self.replay(&found.service, used, body).await;
            }
            // On the same version the same transaction is sent again: it may yet be applied by a
            // sending that got lost, and must not be applied beside another.
            let attempt = match cancelled.take().filter(|_| !moved) {
                Some(same) => same,
                None => self.attempt(body, if_match, found)?,
            };
            if self.deps.updates.send(&attempt.transaction).await? == Applied::Stored {
                return self.stored(attempt);
            }
            metrics::contended(self.context, 1, u64::from(number < MAX_ATTEMPTS));
            pause(number).await;
            let again = self.found().await;
            // Whoever has lost the right meanwhile may have made this update before.
            moved = match &again {
                Ok(found) => found.service.record.version != attempt.transaction.from_version,
                Err(problem) => problem.fault().is_none(),
            };
            if moved && self.deps.updates.has_applied(&attempt.transaction).await? {
                return self.stored(attempt);
            }
            found = again?;
            cancelled = Some(attempt);
        }
        // The one that was first may have been a repeat of this very update.
        if let Some(used) = &found.used {
            return self.replay(&found.service, used, body).await;
        }
        // While nobody else has written, a sending that got lost may yet be applied.
        Err(if moved { Problem::Conflict } else { StoreFault::Contended.into() })
    }

    /// What the request makes of the service, if `If-Match` and the fields allow.
    fn attempt(
        &self,
        body: &Object,
        if_match: Option<&EntityTags>,
        Found { service, grant, .. }: Found,
    ) -> Result<Attempt, Problem> {
        let (name, now) = (&service.directory.name, self.context.now);
        if let Some(expected) = if_match {
            let shown = service.record.clone().shown_at(now);
            let current = Representation::new(service.id(), name, shown)?;
            if !expected.match_strongly(current.etag()) {
                return Err(Problem::PreconditionFailed(current.etag().clone()));
            }
        }
        let update = request::status_update(body, self.deps.limits);
        let update = update.map_err(Problem::ValidationFailed)?;
        let transition = update.apply(&service.record, &grant, now);
        let recorded = Recorded { at: now, request_id: &self.context.request_id };
        let named = self.key.as_ref().map(|key| Named {
            key: key.clone(),
            body_hash: body.digest(),
            service_name: name.clone(),
        });
        let updates = &self.deps.updates;
        let transaction = updates.transaction(&grant, &transition, named.as_ref(), recorded)?;
        Ok(Attempt { service, transition, transaction })
    }

    /// The answer: what a reader is shown now. Each change is in the usage record.
    fn stored(&self, Attempt { service, transition, .. }: Attempt) -> Result<Response, Problem> {
        for change in &transition.changes {
            usage::status_changed(self.context.into(), &service.directory, change);
        }
        let shown = transition.after.shown_at(self.context.now);
        Ok(Representation::new(service.id(), &service.directory.name, shown)?.into_response())
    }

    /// The answer that the key's first use got.
    async fn replay(
        &self,
        service: &Service,
        used: &Use,
        body: &Object,
    ) -> Result<Response, Problem> {
        if used.body_hash != body.digest() {
            return Err(Problem::IdempotencyKeyReused);
        }
        let first = self.deps.updates.change(service.id(), used).await?;
        let shown = StatusRecord::after(&first.change).shown_at(first.recorded_at);
        let representation = Representation::new(service.id(), &used.service_name, shown)?;
        let mut response = representation.into_response();
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
        Ok(response)
    }
}

/// Waits a random part of a time that doubles with each attempt, so that writers do not stay in step.
async fn pause(attempt: u32) {
    let longest = FIRST_PAUSE * 2_u32.saturating_pow(attempt - 1);
    tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
}
