//! The function `api-docs`.

use std::process::ExitCode;

use api_docs::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::platform::serve_without_store("GET /docs", Deps::read, handle).await
}
