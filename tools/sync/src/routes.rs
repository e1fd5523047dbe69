//! The routes of `cargo lambda watch`.

use std::collections::BTreeMap;

use crate::operations::Operation;

const HEAD: &str = "\
# The routes of `cargo lambda watch`: openapi.yaml's operations. It has no route for the methods that a path
# does not name, so each is listed. Written by `cargo sync`.
[watch]
router = [
";

/// The methods that reach a function: CONNECT is for proxies.
const METHODS: [&str; 8] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/// cargo-lambda's configuration file.
pub(crate) fn config(operations: &[Operation]) -> String {
    let mut text = HEAD.to_owned();
    for path in operations.chunk_by(|one, other| one.path == other.path) {
        let mut by_function: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for Operation { method, function, .. } in path {
            by_function.entry(function).or_default().extend(methods(path, method.as_deref()));
        }
        let name = path.first().map_or("", |one| one.path.as_str());
        for (function, methods) in by_function {
            text += &route(name, &methods, function);
        }
    }
    text + "]\n"
}

/// The method, or all methods that the path does not name.
fn methods<'a>(path: &[Operation], method: Option<&'a str>) -> Vec<&'a str> {
    let is_named = |method: &str| path.iter().any(|one| one.method.as_deref() == Some(method));
    match method {
        Some(method) => vec![method],
        None => METHODS.into_iter().filter(|method| !is_named(method)).collect(),
    }
}

fn route(path: &str, methods: &[&str], function: &str) -> String {
    let line = |path: &str| {
        format!("    {{ path = \"{path}\", methods = {methods:?}, function = \"{function}\" }},\n")
    };
    if path == "/$default" {
        return format!(
            "    {{ path = \"/\", function = \"{function}\" }},\n    \
             {{ path = \"/{{*rest}}\", function = \"{function}\" }},\n"
        );
    }
    // The gateway's `{rest+}` also stands for nothing; the local router's `{*rest}` does not.
    match path.strip_suffix("+}").and_then(|path| path.rsplit_once('{')) {
        Some((before, name)) => line(before) + &line(&format!("{before}{{*{name}}}")),
        None => line(path),
    }
}
