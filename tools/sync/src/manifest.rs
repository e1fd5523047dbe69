//! The functions in the dependencies of the tests.

use std::{collections::BTreeSet, fmt::Write as _};

const BEGIN: &str = "# The functions, written by `cargo sync`\n";
const END: &str = "# End of the functions\n";

/// The manifest with a dependency for each function.
pub(crate) fn with_functions(
    manifest: &str,
    functions: &BTreeSet<String>,
) -> Result<String, String> {
    let parts = manifest.split_once(BEGIN);
    let parts = parts.and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or("tests/Cargo.toml has no place for the functions")?;
    let mut text = before.to_owned() + BEGIN;
    for function in functions {
        let _ = writeln!(text, "{function} = {{ path = \"../functions/{function}\" }}");
    }
    Ok(text + END + after)
}
