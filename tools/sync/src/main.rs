//! `cargo sync`: wiring only.

use std::{error::Error, fs, path::Path, process::Command};

#[expect(clippy::print_stdout, reason = "it says what it has written")]
fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().len() > 1 {
        return Err("cargo sync takes no arguments: it updates CargoLambda.toml and the tests' list of functions".into());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (file, text) in sync::stale(&root)? {
        fs::write(root.join(file), text)?;
        println!("written: {file}");
    }
    // Cargo.lock has the dependencies of the tests too.
    let lock = ["update", "--workspace", "--offline", "--quiet"];
    let status = Command::new("cargo").args(lock).current_dir(&root).status()?;
    if status.success() { Ok(()) } else { Err(format!("Cargo.lock: {status}").into()) }
}
