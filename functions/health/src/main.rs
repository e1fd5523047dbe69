//! The function `health`.

use std::process::ExitCode;

use health::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::platform::serve(Deps::read, handle).await
}
