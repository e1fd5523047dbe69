//! `GET /services/{id}/capacitystatus`: the status of a service at this moment.

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
    http::{
        Clock, Context, ETag, Endpoint, EntityTags, Problem, Representation, Response,
        no_remainder, service_id,
    },
    operations::read_service,
    runtime::{AllSettings as _, Environment, SettingsError, authenticator},
    store::{ServicesTable, UsersTable},
};

/// What this function answers.
pub const ENDPOINT: Endpoint =
    Endpoint { function: "get-status", method: "GET", path: "/services/{id}/capacitystatus" };

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

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, &ENDPOINT);
    context.respond(get(deps, &request, &context)).await
}

async fn get(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    no_remainder(request)?;
    let caller = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    let id = service_id(request);
    let service = read_service(&deps.users, &deps.services, &caller.subject, id).await?;
    let effective = service.record.clone().effective_at(context.now);
    let representation = Representation::new(&service.details, effective)?;
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
