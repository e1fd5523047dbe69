//! `GET /_ping` and `GET /_status`: whether the API is alive, and whether its tables can be reached.
//! This function also answers every other request: `OPTIONS` with 204, unknown paths with 404, unsupported methods
//! with 405.

mod route;

use aws_sdk_dynamodb::Client;
use lambda_http::{Request, http::Method};
use serde::Serialize;
use shared::{
    http::{Build, Clock, Context, Endpoint, Problem, Response, json_ok},
    runtime::{AllSettings as _, Environment, SettingsError, table_names},
    store::{HealthCheck, TableNames},
};

use self::route::{Route, method_not_allowed, without_slash};

/// What this function answers. It also answers every request that no other function answers.
pub const ENDPOINT: Endpoint = Endpoint { function: "health", method: "GET", path: "/_status" };

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    tables: TableNames,
    serves_pages: bool,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (tables, serves_pages) =
            (table_names(environment), environment.parsed("SERVE_PAGES")).all()?;
        Ok(Self { tables, serves_pages })
    }
}

/// What this function needs.
pub struct Deps {
    check: HealthCheck,
    serves_pages: bool,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        let Settings { tables, serves_pages } = settings;
        Self { check: HealthCheck::new(client, tables), serves_pages, clock: Clock::system() }
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
    let route = Route::of(&request, deps.serves_pages);
    let context = Context::with_path(&request, &deps.clock, &ENDPOINT, route.path());
    context.respond(answer(deps, &request, route)).await
}

async fn answer(deps: &Deps, request: &Request, route: Route) -> Result<Response, Problem> {
    match (request.method(), route) {
        (&Method::OPTIONS, _) => Ok(route.options()),
        (_, Route::OldPath) => Ok(without_slash()),
        (_, Route::Unknown) => Err(Problem::PathNotFound),
        (&Method::GET, Route::Path { path: "/_ping", .. }) => json_ok(&HEALTH),
        (&Method::GET, Route::Path { path: "/_status", .. }) => {
            let checked = deps.check.run().await;
            checked.map_err(|unreachable| Problem::TablesUnreachable(unreachable, BUILD))?;
            json_ok(&HEALTH)
        }
        (method, Route::Path { allow, .. }) => Err(method_not_allowed(method, allow)),
    }
}
