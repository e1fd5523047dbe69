//! The function `list-changes`.

use std::process::ExitCode;

use list_changes::{Deps, ENDPOINT, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::runtime::serve(&ENDPOINT, Settings::read, Deps::new, handle).await
}
