//! The function `web-board`.

use std::process::ExitCode;

use web_board::{Deps, ENDPOINT, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::runtime::serve(&ENDPOINT, Settings::read, Deps::new, handle).await
}
