//! Finds the API's path that a request names.

use lambda_http::{
    Body, Request, RequestExt as _,
    http::{
        HeaderValue, Method, StatusCode,
        header::{ALLOW, LOCATION},
    },
};
use shared::http::{Problem, Response, RouteKey, is_route};

/// The paths of openapi.yaml, each with the value of its header `Allow`. `build.rs` writes them.
const PATHS: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/paths.rs"));

/// How the path that older clients use ends, and the same path without the slash, relative to it.
const OLD_END: &str = "/capacitystatus/";
const WITHOUT_SLASH: &str = "../capacitystatus";

/// Where a request leads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route {
    /// To a path of the API.
    Path {
        /// As in openapi.yaml.
        path: &'static str,
        /// The methods that it supports.
        allow: &'static str,
    },
    /// To the path that older clients use, which the gateway did not match.
    OldPath,
    /// Nowhere.
    Unknown,
}

impl Route {
    /// The route of a request. The gateway always has the routes of the pages, even if they are not deployed.
    pub(crate) fn of(request: &Request, serves_pages: bool) -> Self {
        if is_unmatched_old_path(request) {
            return Self::OldPath;
        }
        let mut served = PATHS.iter().copied().filter(|(path, _)| serves_pages || !is_page(path));
        let found = served.find(|(path, _)| is_route(request, path));
        found.map_or(Self::Unknown, |(path, allow)| Self::Path { path, allow })
    }

    /// As in openapi.yaml; `None` if the request leads to none of its paths.
    pub(crate) const fn path(self) -> Option<&'static str> {
        match self {
            Self::Path { path, .. } => Some(path),
            Self::OldPath | Self::Unknown => None,
        }
    }

    /// The answer to `OPTIONS`. The gateway adds the headers that browsers ask for (CORS).
    pub(crate) fn options(self) -> Response {
        let allow = match self {
            Self::Path { allow, .. } => allow,
            Self::OldPath | Self::Unknown => "OPTIONS",
        };
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        response
    }
}

fn is_page(path: &str) -> bool {
    path == "/web" || path.starts_with("/web/")
}

/// The gateway gives its default route no path parameters; `cargo lambda watch` reports the default route for
/// every request, but with its parameters.
fn is_unmatched_old_path(request: &Request) -> bool {
    let is_matched =
        request.path_parameters_ref().is_some_and(|parameters| parameters.first("id").is_some());
    match request.extensions().get() {
        Some(RouteKey::Default) => !is_matched && request.raw_http_path().ends_with(OLD_END),
        Some(RouteKey::Path(_)) | None => false,
    }
}

/// The refusal of a method by a path with that header `Allow`.
pub(crate) fn method_not_allowed(method: &Method, allow: &'static str) -> Problem {
    let advice = if method == Method::PATCH && allow.contains("PUT") {
        "use PUT instead: it takes the same fields"
    } else {
        "this path does not support this method; see the header Allow"
    };
    Problem::MethodNotAllowed { allow, advice }
}

/// Sends an older client to the path without the slash.
pub(crate) fn without_slash() -> Response {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(WITHOUT_SLASH));
    response
}
