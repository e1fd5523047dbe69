//! `cargo sync`: writes the files that are derived from functions/ and openapi.yaml. A test fails while one of
//! them is out of date.

mod manifest;
mod operations;
mod routes;
mod suite;

use std::{collections::BTreeSet, error::Error, fs, path::Path};

use operations::operations;

/// A file and its required content.
pub type Written = (&'static str, String);

/// The files that differ from their required content.
///
/// # Errors
///
/// A file cannot be read or does not have the expected form.
pub fn stale(root: &Path) -> Result<Vec<Written>, Box<dyn Error>> {
    let read = |file: &str| {
        fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))
    };
    let functions = functions(&root.join("functions"))?;
    let operations = operations(&read("openapi.yaml")?)?;
    let manifest = "tests/Cargo.toml";
    let written = [
        ("CargoLambda.toml", routes::config(&operations)),
        ("tests/suite/functions/mod.rs", suite::functions(&functions, &operations)),
        (manifest, manifest::with_functions(&read(manifest)?, &functions)?),
    ];
    let is_current = |(file, text): &Written| read(file).is_ok_and(|now| now == *text);
    Ok(written.into_iter().filter(|one| !is_current(one)).collect())
}

/// The functions' names, taken from their folders.
fn functions(folder: &Path) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}
