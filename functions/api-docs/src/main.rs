//! The function `api-docs`.

use std::process::ExitCode;

use api_docs::{Deps, ENDPOINT, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::runtime::serve_without_store(&ENDPOINT, Deps::read, handle).await
}
