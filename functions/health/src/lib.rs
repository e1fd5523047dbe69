//! `GET /_ping` and `GET /_status`: whether the API is alive, and whether its tables can be reached.
//! Whatever no other function answers comes here too: an unknown path is 404, and a known one with a
//! method that it does not take is 405.

mod route;

use aws_sdk_dynamodb::Client;
use lambda_http::{Request, http::Method};
use serde::Serialize;
use shared::{
    config::Environment,
    http::{Build, Clock, Context, Operation, Problem, Response, ok},
    store::Probe,
};

use self::route::Route;

/// What the function needs.
pub struct Deps {
    probe: Probe,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// Reads the settings that this function uses.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        Some(Self { probe: Probe::read(environment, client)?, clock: Clock::system() })
    }
}

/// That all is well, and with what.
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
    let context = Context::about(&request, &deps.clock, Operation::Health, path);
    context.respond(answer(deps, &request, route)).await
}

async fn answer(deps: &Deps, request: &Request, route: Option<Route>) -> Result<Response, Problem> {
    let route = route.ok_or(Problem::PathNotFound)?;
    match (request.method(), route.path()) {
        (&Method::GET, "/_ping") => ok(&HEALTH),
        (&Method::GET, "/_status") => {
            let reached = deps.probe.reach().await;
            reached.map_err(|unreachable| Problem::TablesUnreachable(unreachable, BUILD))?;
            ok(&HEALTH)
        }
        _ => Err(route.method_not_allowed()),
    }
}
