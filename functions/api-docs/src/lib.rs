//! `GET /docs`, `/openapi.json` and `/openapi.yaml`: the documentation of the deployed contract, as a page with
//! all its files and as the document itself. Public, compressed, cacheable.

mod settings;

use std::collections::BTreeMap;

use lambda_http::{
    Request,
    http::{
        HeaderValue,
        header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY},
    },
};
use shared::http::{Caching, Clock, Context, Endpoint, File, Problem, Response, request_path};

pub use self::settings::Settings;

/// A file that `build.rs` compressed, with its path.
macro_rules! asset {
    ($name:literal, $media_type:expr) => {{
        let gzip = include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz"));
        (concat!("/docs/", $name), File::compressed($media_type, gzip, Caching::ForAnHour))
    }};
}

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// What this function answers. It also serves the document and the page's files.
pub const ENDPOINT: Endpoint = Endpoint { function: "api-docs", method: "GET", path: "/docs" };

/// What this function needs.
pub struct Deps {
    files: BTreeMap<&'static str, File>,
    policy: HeaderValue,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let files = files(&settings);
        Self { files, policy: settings.content_security_policy, clock: Clock::system() }
    }
}

fn files(settings: &Settings) -> BTreeMap<&'static str, File> {
    let page = settings.fill_in_page(include_str!("page.html"));
    let json = settings.fill_in(include_str!(concat!(env!("OUT_DIR"), "/openapi.json")));
    let yaml = settings.fill_in(include_str!(concat!(env!("OUT_DIR"), "/openapi.yaml")));
    BTreeMap::from([
        ("/docs", File::new(HTML, page)),
        ("/openapi.json", File::new("application/json", json)),
        ("/openapi.yaml", File::new("application/yaml", yaml)),
        asset!("oauth2-redirect.html", HTML),
        asset!("oauth2-redirect.js", JAVASCRIPT),
        asset!("start.js", JAVASCRIPT),
        asset!("swagger-ui-LICENSE.txt", TEXT),
        asset!("swagger-ui-NOTICE.txt", TEXT),
        asset!("swagger-ui-bundle.js", JAVASCRIPT),
        asset!("swagger-ui.css", "text/css; charset=utf-8"),
    ])
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let found = deps.files.get_key_value(request_path(&request, "file").as_str());
    let path = found.map(|(path, _)| *path);
    let context = Context::with_path(&request, &deps.clock, &ENDPOINT, path);
    context.respond(async { answer(deps, &request, found.map(|(_, file)| file)) }).await
}

fn answer(deps: &Deps, request: &Request, file: Option<&File>) -> Result<Response, Problem> {
    let file = file.ok_or(Problem::PathNotFound)?;
    let mut response = file.answer(request.headers())?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, deps.policy.clone());
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
