//! `GET /web/sign-in`, `GET /web/callback` and `POST /web/sign-out`: sessions begin and end here.

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use shared::{
    http::{Clock, Context, Endpoint, Problem, Response, is_route},
    runtime::{AllSettings as _, Environment, SettingsError},
    store::SessionsTable,
};
use web::{page::problem_page, problem::PageProblem, site::Site};

/// What this function answers first of all; it also answers the other paths of signing in and out.
pub const ENDPOINT: Endpoint =
    Endpoint { function: "web-session", method: "GET", path: "/web/callback" };

/// Its paths in openapi.yaml.
const PATHS: [&str; 3] = ["/web/sign-in", "/web/callback", "/web/sign-out"];

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    site: Site,
    sessions_table: String,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (site, sessions_table) =
            (Site::read(environment), environment.required("SESSIONS_TABLE")).all()?;
        Ok(Self { site, sessions_table })
    }
}

/// What this function needs.
pub struct Deps {
    site: Site,
    sessions: SessionsTable,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        let sessions = SessionsTable::new(client, settings.sessions_table);
        Self { site: settings.site, sessions, clock: Clock::system() }
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let path = PATHS.into_iter().find(|path| is_route(&request, path));
    let context = Context::with_path(&request, &deps.clock, &ENDPOINT, path);
    let render = |problem: PageProblem| {
        problem_page(&deps.site, &request, context.now, &context.request_id, &problem)
    };
    context.respond_with(answer(deps, path), render).await
}

async fn answer(deps: &Deps, path: Option<&str>) -> Result<Response, PageProblem> {
    let _ = (&deps.sessions, path);
    Err(Problem::PathNotFound.into())
}
