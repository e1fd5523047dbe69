//! `GET /_ping` and `GET /_status`: whether the API is alive, and whether its tables can be reached.
//! This function also answers every other request: unknown paths with 404, unsupported methods with 405.

mod route;

use aws_sdk_dynamodb::Client;
use lambda_http::{Request, http::Method};
use serde::Serialize;
use shared::{
    http::{Build, Clock, Context, Endpoint, Problem, Response, json_ok},
    runtime::{Environment, SettingsError, table_names},
    store::{HealthCheck, TableNames},
};

use self::route::Route;

/// What this function answers. It also answers every request that no other function answers.
pub const ENDPOINT: Endpoint = Endpoint { function: "health", method: "GET", path: "/_status" };

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    tables: TableNames,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        Ok(Self { tables: table_names(environment)? })
    }
}

/// What this function needs.
pub struct Deps {
    check: HealthCheck,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        Self { check: HealthCheck::new(client, settings.tables), clock: Clock::system() }
    }
}

/// The API works.
#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(flatten)]
    build: Build,
}

const BUILD: Build = Build { version: env!("CARGO_PKG_VERSION"), commit: env!("COMMIT") };
const HEALTH: Health = Health { status: "pass", build: BUILD };

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let route = Route::of(&request);
    let path = route.map_or("/", Route::path);
    let context = Context::with_path(&request, &deps.clock, &ENDPOINT, path);
    context.respond(answer(deps, &request, route)).await
}

async fn answer(deps: &Deps, request: &Request, route: Option<Route>) -> Result<Response, Problem> {
    let route = route.ok_or(Problem::PathNotFound)?;
    match (request.method(), route.path()) {
        (&Method::GET, "/_ping") => json_ok(&HEALTH),
        (&Method::GET, "/_status") => {
            let checked = deps.check.run().await;
            checked.map_err(|unreachable| Problem::TablesUnreachable(unreachable, BUILD))?;
            json_ok(&HEALTH)
        }
        (method, _) => Err(route.method_not_allowed(method)),
    }
}
