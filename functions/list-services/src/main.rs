//! The function `list-services`.

use std::process::ExitCode;

use list_services::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::platform::serve("GET /services", Deps::read, handle).await
}
