//! cargo-lambda as the emulator of API Gateway and of Lambda's runtime API.
//!
//! It does not run the functions: it would collect changes of the sources for three seconds before it builds,
//! and build each function as often as it has instances.

use std::path::Path;

use tokio::process::Command;

use crate::{Error, output::Output, process_group::GroupId, program, settings::without_cargo};

/// Its name for requests to no route. The gateway's route for these is `health`'s.
pub const DEFAULT_FUNCTION: &str = "_";

/// Runs it on this port until it exits.
///
/// # Errors
///
/// Always: it cannot be started, or exited.
pub async fn run(
    cargo_lambda: &Path,
    root: &Path,
    port: u16,
    group: GroupId,
    output: &Output,
) -> Error {
    let mut command = Command::new(cargo_lambda);
    command.current_dir(root).args([
        "lambda",
        "watch",
        "--only-lambda-apis",
        // The gateway in front adds the headers, and health answers OPTIONS.
        "--disable-cors",
        "-A",
        "127.0.0.1",
        "-P",
        &port.to_string(),
    ]);
    if std::env::var_os("RUST_LOG").is_none() {
        command.env("RUST_LOG", "cargo_lambda=warn");
    }
    let command = group.include(without_cargo(&mut command));
    match program::run("cargo-lambda", command, output).await {
        Ok(status) => Error::Program("cargo lambda watch".to_owned(), format!("exited ({status})")),
        Err(error) => error,
    }
}

/// The runtime API's address for a function.
#[must_use]
pub fn runtime_api(port: u16, function: &str) -> String {
    format!("http://127.0.0.1:{port}/.rt/{function}")
}
