//! The function `reset-expired`.

use std::process::ExitCode;

use reset_expired::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::platform::start(Deps::read, async |deps, call| Ok(handle(deps, call).await)).await
}
