//! `GET /changes`: what has changed in a region, for those who follow it.

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use serde::Serialize;
use shared::{
    auth::{Authenticator, Scope},
    domain::{ServiceId, Timestamp},
    http::{
        Clock, Context, Endpoint, ListedService, Problem, Response,
        changes_cursor::{self, NoCursor},
        json_ok,
        query::parameters,
    },
    operations::{Changes, ChangesRequest, read_changes, read_user},
    runtime::{AllSettings as _, Environment, SettingsError, authenticator},
    store::{ChangesTable, ServicesTable, UnreadableRow, UsersTable},
    telemetry::{metrics, unreadable},
};

/// What this function answers.
pub const ENDPOINT: Endpoint =
    Endpoint { function: "list-changes", method: "GET", path: "/changes" };

/// When a follower polls again, in seconds: a change is known to all followers some ten seconds later.
const POLL_AFTER: u32 = 10;

/// The same if there is more to deliver already.
const POLL_AFTER_PART: u32 = 1;

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    authenticator: Authenticator,
    services_table: String,
    changes_table: String,
    users_table: String,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (authenticator, services_table, changes_table, users_table) = (
            authenticator(environment),
            environment.required("SERVICES_TABLE"),
            environment.required("CHANGES_TABLE"),
            environment.required("USERS_TABLE"),
        )
            .all()?;
        Ok(Self { authenticator, services_table, changes_table, users_table })
    }
}

/// What this function needs.
pub struct Deps {
    authenticator: Authenticator,
    services: ServicesTable,
    changes: ChangesTable,
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
            changes: ChangesTable::new(client, settings.changes_table),
            users: UsersTable::new(client, settings.users_table),
            clock: Clock::system(),
        }
    }
}

/// An answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    as_of: String,
    items: Vec<ListedService>,
    removed: Vec<u64>,
    unavailable: Vec<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    resync: bool,
    cursor: String,
    poll_after_seconds: u32,
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, &ENDPOINT);
    context.respond(list(deps, &request, &context)).await
}

async fn list(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Problem> {
    let caller = deps.authenticator.authenticate(request, Scope::Read, context.now).await?;
    let subject = caller.subject.as_str();
    let asked = match read(request, context.now) {
        Ok(asked) => asked,
        Err(problem) => {
            // Who may not use the API learns no more.
            read_user(&deps.users, subject).await?;
            return Err(problem);
        }
    };
    let Deps { users, services, changes, .. } = deps;
    let found = read_changes(users, services, changes, subject, &asked).await?;
    json_ok(&answer(found, context))
}

fn answer(found: Changes, context: &Context) -> Answer {
    let Context { request_id, correlation_id, now, .. } = context;
    unreadable::rows(&found.unreadable, request_id, correlation_id.as_deref(), *now);
    if found.resync {
        metrics::resync(*now);
    }
    let items = found.services.into_iter();
    let unavailable = found.unreadable.iter().filter_map(UnreadableRow::service);
    Answer {
        as_of: now.to_string(),
        items: items.map(|service| ListedService::effective_at(service, *now)).collect(),
        removed: found.removed.into_iter().map(ServiceId::get).collect(),
        unavailable: unavailable.map(ServiceId::get).collect(),
        resync: found.resync,
        cursor: changes_cursor::encode(&found.cursor),
        poll_after_seconds: if found.has_more { POLL_AFTER_PART } else { POLL_AFTER },
    }
}

/// What the request asks for. All errors of its parameters are reported together.
///
/// # Errors
/// [`Problem::InvalidQuery`], [`Problem::InvalidCursor`] and [`Problem::CursorExpired`].
fn read(request: &Request, now: Timestamp) -> Result<ChangesRequest, Problem> {
    let (given, mut errors) = parameters(request, &[]);
    let (mut region, mut cursor) = (None, None);
    for (name, value) in given {
        match name.as_str() {
            "region" => region = Some(value),
            "cursor" => cursor = Some(value),
            _ => errors.add(&name, "is not a parameter of this operation"),
        }
    }
    let Some(region) = region.and_then(|text| text.parse::<ServiceId>().ok()) else {
        errors.add("region", "must be a service id");
        return Err(errors.into());
    };
    errors.finish()?;
    let cursor = cursor.map(|text| changes_cursor::decode(&text, region, now)).transpose();
    let cursor = cursor.map_err(|why| match why {
        NoCursor::Invalid => Problem::InvalidCursor,
        NoCursor::Expired => Problem::CursorExpired,
    })?;
    Ok(ChangesRequest { region, cursor, now })
}
