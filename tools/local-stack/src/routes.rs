//! Reads the routes of `cargo lambda watch` from the workspace's Cargo.toml.

use std::collections::{BTreeMap, BTreeSet};

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

/// The functions of a path: one for all methods, or one for each method.
#[derive(Deserialize)]
#[serde(untagged)]
enum PathRoutes {
    Any(String),
    ByMethod(Vec<MethodRoute>),
}

#[derive(Deserialize)]
struct MethodRoute {
    function: String,
    method: String,
}

/// Parses the routes of a workspace's manifest.
///
/// # Errors
///
/// The manifest is invalid, or declares no routes.
pub fn declared(manifest: &str) -> Result<Vec<Route>, String> {
    let manifest: toml::Table =
        manifest.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let router = ["workspace", "metadata", "lambda", "watch"]
        .iter()
        .try_fold(&manifest, |table, name| table.get(*name)?.as_table())
        .and_then(|watch| watch.get("router"))
        .ok_or("there is none")?;
    let router: BTreeMap<String, PathRoutes> =
        router.clone().try_into().map_err(|error: toml::de::Error| error.to_string())?;
    Ok(router.into_iter().flat_map(|(path, entries)| routes(path, entries)).collect())
}

fn routes(path: String, entries: PathRoutes) -> Vec<Route> {
    let by_method = match entries {
        PathRoutes::Any(function) => vec![(None, function)],
        PathRoutes::ByMethod(entries) => {
            entries.into_iter().map(|entry| (Some(entry.method), entry.function)).collect()
        }
    };
    let route = |(method, function)| Route { path: path.clone(), method, function };
    by_method.into_iter().map(route).collect()
}

/// The functions of the routes, each once.
#[must_use]
pub fn functions(routes: &[Route]) -> BTreeSet<&str> {
    routes.iter().map(|route| route.function.as_str()).collect()
}
