//! The function `status-history`.

use std::process::ExitCode;

use status_history::{Deps, ENDPOINT, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::runtime::serve(&ENDPOINT, Settings::read, Deps::new, handle).await
}
