//! Finds the API's path that a request names.

use lambda_http::{Request, http::Method};
use shared::http::{Problem, RouteKey};

/// The paths of openapi.yaml, each with the value of its header `Allow`. `build.rs` writes them.
const PATHS: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/paths.rs"));

/// A path of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    path: &'static str,
    allow: &'static str,
}

impl Route {
    /// The gateway names the path that it found. `cargo lambda watch` does not, so the raw path is compared
    /// instead; there it has no prefix.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let key = request.extensions().get::<RouteKey>()?;
        let is_asked = |path: &str| match key {
            RouteKey::Path(asked) => path == asked,
            RouteKey::Default { raw_path } => matches(path, raw_path),
        };
        let (path, allow) = PATHS.iter().copied().find(|(path, _)| is_asked(path))?;
        Some(Self { path, allow })
    }

    pub(crate) const fn path(self) -> &'static str {
        self.path
    }

    pub(crate) fn method_not_allowed(self, method: &Method) -> Problem {
        let advice = if method == Method::PATCH && self.allow.contains("PUT") {
            "use PUT to update a status: it takes the same fields"
        } else {
            "this path does not support this method; see the header Allow"
        };
        Problem::MethodNotAllowed { allow: self.allow, advice }
    }
}

/// Whether a path matches that template.
fn matches(template: &str, path: &str) -> bool {
    let alike = |(expected, given): (&str, &str)| {
        if expected.starts_with('{') { !given.is_empty() } else { expected == given }
    };
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(alike)
}
