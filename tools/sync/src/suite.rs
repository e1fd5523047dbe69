//! The tests' module that lists all functions.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::operations::Operation;

/// `tests/suite/functions/mod.rs`.
pub(crate) fn functions(functions: &BTreeSet<String>, operations: &[Operation]) -> String {
    let mut text =
        "//! The functions, each with tests of its own. Written by `cargo sync`.\n\n".to_owned();
    for function in functions {
        let _ = writeln!(text, "pub(crate) mod {};", identifier(function));
    }
    let all: Vec<_> = functions.iter().collect();
    let is_called = |function: &&String| operations.iter().any(|one| one.function == **function);
    let requests: Vec<_> = functions.iter().filter(is_called).collect();
    text + "\ncrate::harness::functions! {\n"
        + &list("all", &all)
        + &list("requests", &requests)
        + "}\n"
}

fn list(name: &str, functions: &[&String]) -> String {
    let entries: String = functions
        .iter()
        .map(|function| format!("        {} = \"{function}\",\n", identifier(function)))
        .collect();
    format!("    {name} {{\n{entries}    }}\n")
}

fn identifier(function: &str) -> String {
    function.replace('-', "_")
}
