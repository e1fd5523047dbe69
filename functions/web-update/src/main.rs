//! The function `web-update`.

use std::process::ExitCode;

use web_update::{Deps, ENDPOINT, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::runtime::serve(&ENDPOINT, Settings::read, Deps::new, handle).await
}
