//! `PUT /services/{id}/capacitystatus`: updates the status of a service.

use aws_sdk_dynamodb::Client;
use lambda_http::{
    Request,
    http::{
        HeaderName, HeaderValue,
        header::{HeaderMap, IF_MATCH, IF_NONE_MATCH},
    },
};
use shared::{
    auth::{Authenticator, Scope},
    domain::{ResetLimits, Service, StatusRecord, StatusUpdate},
    http::{
        Clock, Context, Endpoint, EntityTags, Problem, Representation, Response, body_hash,
        idempotency_key, json_object, no_remainder, parse_status_update, service_id,
    },
    operations::{StatusUpdateCommand, Updated, authorise_status_update},
    runtime::{
        AllSettings as _, Environment, SettingsError, authenticator, reset_limits, table_names,
    },
    store::{IdempotencyKey, TableNames, UpdateTables},
    telemetry::{audit, metrics},
};
use strict_json::Object;

/// What this function answers.
pub const ENDPOINT: Endpoint =
    Endpoint { function: "update-status", method: "PUT", path: "/services/{id}/capacitystatus" };

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    authenticator: Authenticator,
    tables: TableNames,
    reset_limits: ResetLimits,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (authenticator, tables, reset_limits) =
            (authenticator(environment), table_names(environment), reset_limits(environment))
                .all()?;
        Ok(Self { authenticator, tables, reset_limits })
    }
}

/// What this function needs.
pub struct Deps {
    authenticator: Authenticator,
    tables: UpdateTables,
    reset_limits: ResetLimits,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        Self {
            authenticator: settings.authenticator,
            tables: UpdateTables::new(client, settings.tables),
            reset_limits: settings.reset_limits,
            clock: Clock::system(),
        }
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, &ENDPOINT);
    context.respond(put(deps, &request, &context)).await
}

async fn put(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    no_remainder(request)?;
    let caller = deps.authenticator.authenticate(request, Scope::Write, context.now).await?;
    let (subject, service) = (caller.subject.as_str(), service_id(request));
    let client_key = idempotency_key(request.headers());
    let key = service.zip(client_key.as_ref().ok().and_then(Option::as_deref));
    let key = key.map(|(service, key)| IdempotencyKey::new(subject, service, key));
    let command =
        StatusUpdateCommand { subject, operator: None, service, key, audit: context.audit() };
    let update = authorise_status_update(&deps.tables, command).await?;
    let body = json_object(request)?;
    client_key?;
    let preconditions = Preconditions::read(request.headers());
    let decide = |service: &Service, effective: StatusRecord| {
        preconditions.check(service, effective)?;
        parse(&body, deps.reset_limits)
    };
    let on_cancelled =
        |cancellation| metrics::cancelled(ENDPOINT.function, cancellation, context.now);
    let updated = update.apply(|| body_hash(&body), decide, on_cancelled).await?;
    respond(updated, context)
}

/// Which current tags the client allows an update of.
struct Preconditions {
    if_match: Option<EntityTags>,
    if_none_match: Option<EntityTags>,
}

impl Preconditions {
    fn read(headers: &HeaderMap) -> Self {
        Self {
            if_match: EntityTags::read(headers, &IF_MATCH),
            if_none_match: EntityTags::read(headers, &IF_NONE_MATCH),
        }
    }

    /// Compares them with the status that readers see now, in the order of RFC 9110, section 13.2.2.
    ///
    /// # Errors
    /// [`Problem::PreconditionFailed`] and [`Problem::CurrentTagExcluded`].
    fn check(&self, service: &Service, effective: StatusRecord) -> Result<(), Problem> {
        if self.if_match.is_none() && self.if_none_match.is_none() {
            return Ok(());
        }
        let current = Representation::new(service.id(), &service.details.name, effective)?;
        let current = current.etag();
        if self.if_match.as_ref().is_some_and(|tags| !tags.match_strongly(current)) {
            return Err(Problem::PreconditionFailed(current.clone()));
        }
        if self.if_none_match.as_ref().is_some_and(|tags| tags.match_weakly(current)) {
            return Err(Problem::CurrentTagExcluded(current.clone()));
        }
        Ok(())
    }
}

fn parse(body: &Object, limits: ResetLimits) -> Result<StatusUpdate, Problem> {
    parse_status_update(body, limits).map_err(Problem::ValidationFailed)
}

/// The status that readers saw right after the update. Its changes go to the audit record: again for a repeat, since
/// the function that stored them may have died before it wrote the record.
fn respond(updated: Updated, context: &Context) -> Result<Response, Problem> {
    let Updated { service, changes, effective, replayed } = updated;
    let record = if replayed { audit::status_change_repeated } else { audit::status_changed };
    changes.iter().for_each(|change| record(context.origin(), &service, change));
    let representation = Representation::new(service.path.id(), &service.name, effective)?;
    let mut response = representation.into_response();
    if replayed {
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}
