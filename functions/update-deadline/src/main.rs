//! The function `update-deadline`.

use std::process::ExitCode;

use update_deadline::{Deps, ENDPOINT, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::runtime::serve(&ENDPOINT, Settings::read, Deps::new, handle).await
}
