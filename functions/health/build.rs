//! Compiles in the commit that is checked out, which is the one that runs (uncommitted changes do not show), and
//! the paths of openapi.yaml with their methods.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
    process::Command,
};

use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let source = "../../openapi.yaml";
    println!("cargo::rerun-if-changed={source}");
    let document = serde_saphyr::from_str(&fs::read_to_string(source)?)?;
    let target = Path::new(&std::env::var("OUT_DIR")?).join("paths.rs");
    fs::write(target, format!("{:?}", paths(&document)))?;

    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    // This log gets a new line with each commit and each checkout.
    if let Some(log) = git(&["rev-parse", "--path-format=absolute", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    let commit = git(&["rev-parse", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=COMMIT={commit}");
    Ok(())
}

/// Each path with the value of its header `Allow`; sorted, so that every build has the same bytes.
fn paths(document: &Value) -> Vec<(&str, String)> {
    let paths = document.get("paths").and_then(Value::as_object);
    let named = paths.into_iter().flatten().filter(|(path, _)| *path != "/$default");
    let paths = named.filter_map(|(path, item)| Some((path.as_str(), allow(item.as_object()?))));
    paths.collect::<BTreeMap<_, _>>().into_iter().collect()
}

/// The methods that can succeed, or lead on to another page. The document describes others only to refuse them.
/// `OPTIONS` succeeds on every path.
fn allow(item: &Map<String, Value>) -> String {
    let succeeds = |operation: &Value| {
        let responses = operation.get("responses").and_then(Value::as_object);
        let is_success = |status: &String| status.starts_with('2') || status == "303";
        responses.is_some_and(|all| all.keys().any(is_success))
    };
    let named = item.iter().filter(|(method, _)| !method.starts_with("x-"));
    let methods = named.filter(|(_, operation)| succeeds(operation));
    let methods = methods.map(|(method, _)| method.to_uppercase());
    let methods: BTreeSet<_> = methods.chain(["OPTIONS".to_owned()]).collect();
    methods.into_iter().collect::<Vec<_>>().join(", ")
}
