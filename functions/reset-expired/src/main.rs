//! The function `reset-expired`.

use std::process::ExitCode;

use reset_expired::{Deps, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let handle = async |deps: &Deps, call| Ok(handle(deps, call).await);
    shared::runtime::start(Settings::read, Deps::new, handle).await
}
