//! The function `health`.

use std::process::ExitCode;

use health::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::platform::serve("GET /_status", Deps::read, handle).await
}
