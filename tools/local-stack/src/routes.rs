//! The routes that `cargo lambda watch` serves, as the workspace's Cargo.toml declares them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// One method of one path, and the function that answers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The path with its parameters in braces.
    pub path: String,
    /// The method, upper case; none if that does not matter.
    pub method: Option<String>,
    /// The function.
    pub function: String,
}

/// What a path leads to: one function, or one for each method.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entries {
    Any(String),
    ByMethod(Vec<Entry>),
}

#[derive(Deserialize)]
struct Entry {
    function: String,
    method: String,
}

/// Reads the routes of a workspace's manifest.
///
/// # Errors
///
/// The manifest cannot be read, or does not declare routes.
pub fn declared(manifest: &str) -> Result<Vec<Route>, String> {
    let manifest: toml::Table =
        manifest.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let router = ["workspace", "metadata", "lambda", "watch"]
        .iter()
        .try_fold(&manifest, |table, name| table.get(*name)?.as_table())
        .and_then(|watch| watch.get("router"))
        .ok_or("there is none")?;
    let router: BTreeMap<String, Entries> =
        router.clone().try_into().map_err(|error: toml::de::Error| error.to_string())?;
    Ok(router.into_iter().flat_map(|(path, entries)| routes(path, entries)).collect())
}

fn routes(path: String, entries: Entries) -> Vec<Route> {
    let by_method = match entries {
        Entries::Any(function) => vec![(None, function)],
        Entries::ByMethod(entries) => {
            entries.into_iter().map(|entry| (Some(entry.method), entry.function)).collect()
        }
    };
    let route = |(method, function)| Route { path: path.clone(), method, function };
    by_method.into_iter().map(route).collect()
}

/// The functions that the routes lead to, each once.
#[must_use]
pub fn functions(routes: &[Route]) -> BTreeSet<&str> {
    routes.iter().map(|route| route.function.as_str()).collect()
}
