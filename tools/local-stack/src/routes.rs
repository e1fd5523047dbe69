//! Reads the routes of `cargo lambda watch` from CargoLambda.toml.

use std::collections::BTreeSet;

use serde::Deserialize;

/// A path and method, and the function that handles them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The path with its parameters in braces.
    pub path: String,
    /// The method in upper case; `None` for any.
    pub method: Option<String>,
    /// The function.
    pub function: String,
}

/// An entry of the router.
#[derive(Deserialize)]
struct Entry {
    path: String,
    methods: Option<Vec<String>>,
    function: String,
}

/// Parses the routes of cargo-lambda's configuration.
///
/// # Errors
///
/// The configuration is invalid, or declares no routes.
pub fn declared(config: &str) -> Result<Vec<Route>, String> {
    let config: toml::Table = config.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let router = config.get("watch").and_then(|watch| watch.get("router"));
    let router: Result<Vec<Entry>, _> = router.ok_or("there is none")?.clone().try_into();
    let router = router.map_err(|error: toml::de::Error| error.to_string())?;
    Ok(router.into_iter().flat_map(routes).collect())
}

fn routes(Entry { path, methods, function }: Entry) -> Vec<Route> {
    let methods = methods.map_or(vec![None], |named| named.into_iter().map(Some).collect());
    let route = |method| Route { path: path.clone(), method, function: function.clone() };
    methods.into_iter().map(route).collect()
}

/// The functions of the routes, each once.
#[must_use]
pub fn functions(routes: &[Route]) -> BTreeSet<&str> {
    routes.iter().map(|route| route.function.as_str()).collect()
}
