//! The function `health`.

use std::process::ExitCode;

use health::{Deps, ENDPOINT, handle, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::runtime::serve(&ENDPOINT, settings, Deps::new, handle).await
}
