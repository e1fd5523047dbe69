//! The function `api-docs`.

use std::process::ExitCode;

use api_docs::{Deps, ENDPOINT, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let build = |environment: &_| Settings::read(environment).map(Deps::new);
    shared::runtime::serve_without_store(&ENDPOINT, build, handle).await
}
