//! `GET /web/sign-in`, `GET /web/callback` and `POST /web/sign-out`: sessions begin and end here. No other function
//! may begin one, or knows the issuer's tokens.

mod callback;
mod pending;
mod sign_in;
mod sign_out;

use aws_sdk_dynamodb::Client;
use lambda_http::{Request, http::header::SET_COOKIE};
use oidc::{SignIn, is_acceptable_url};
use shared::{
    http::{Clock, Context, Endpoint, Problem, RequestError as _, Response, is_route},
    runtime::{AllSettings as _, Environment, SettingsError},
    store::SessionsTable,
    telemetry::metrics,
};
use web::{page::problem_page, problem::PageProblem, site::Site};

/// What this function answers first of all; it also signs people in. Here the warm-up request reads a session.
pub const ENDPOINT: Endpoint = Endpoint { function: "web-session", method: "POST", path: SIGN_OUT };

const SIGN_IN: &str = "/web/sign-in";
const CALLBACK: &str = "/web/callback";
const SIGN_OUT: &str = "/web/sign-out";

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    site: Site,
    sessions_table: String,
    issuer: String,
    client_id: String,
    token_url: String,
    jwks_url: Option<String>,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let acceptable = |name: &str, url: String| {
            let problem = "must be an https URL, or http on a loopback address";
            is_acceptable_url(&url).then_some(url).ok_or_else(|| SettingsError::new(name, problem))
        };
        let required = |name| environment.required(name).and_then(|url| acceptable(name, url));
        let jwks_url = environment.optional("JWT_JWKS_URL");
        let (site, sessions_table, issuer, client_id, token_url, jwks_url) = (
            Site::read(environment),
            environment.required("SESSIONS_TABLE"),
            required("JWT_ISSUER"),
            environment.required("WEB_CLIENT_ID"),
            required("TOKEN_URL"),
            jwks_url.map(|url| acceptable("JWT_JWKS_URL", url)).transpose(),
        )
            .all()?;
        Ok(Self { site, sessions_table, issuer, client_id, token_url, jwks_url })
    }
}

/// What this function needs.
pub struct Deps {
    site: Site,
    sessions: SessionsTable,
    client_id: String,
    issuer: SignIn,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        let Settings { site, sessions_table, issuer, client_id, token_url, jwks_url } = settings;
        let callback = site.url(CALLBACK);
        Self {
            sessions: SessionsTable::new(client, sessions_table),
            issuer: SignIn::new(issuer, client_id.clone(), token_url, jwks_url, callback),
            client_id,
            site,
            clock: Clock::system(),
        }
    }

    /// Where the issuer sends people back.
    fn redirect_uri(&self) -> String {
        self.site.url(CALLBACK)
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let path = [SIGN_IN, CALLBACK, SIGN_OUT].into_iter().find(|path| is_route(&request, path));
    let context = Context::with_path(&request, &deps.clock, &ENDPOINT, path);
    let render = |problem: PageProblem| {
        let problem = match path {
            Some(CALLBACK) => {
                let is_fault = problem.fault().is_some();
                metrics::sign_in(callback::outcome(&problem), is_fault, context.now);
                problem
            }
            Some(SIGN_OUT) => sign_out::problem(problem),
            _ => problem,
        };
        problem_page(&deps.site, &request, context.now, &context.request_id, &problem)
    };
    let outcome = answer(deps, &request, &context, path);
    let mut response = context.respond_with(outcome, render).await;
    if path == Some(CALLBACK)
        && let Some(used) = callback::deletion(deps, &request)
    {
        response.headers_mut().append(SET_COOKIE, used);
    }
    response
}

async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
    path: Option<&str>,
) -> Result<Response, PageProblem> {
    match path {
        Some(SIGN_IN) => sign_in::answer(deps, request, context),
        Some(CALLBACK) => callback::answer(deps, request, context).await,
        Some(SIGN_OUT) => sign_out::answer(deps, request, context).await,
        _ => Err(Problem::PathNotFound.into()),
    }
}
