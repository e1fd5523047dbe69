//! The function `status-history`.

use std::process::ExitCode;

use status_history::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::platform::serve("GET /services/{id}/capacitystatus/history", Deps::read, handle).await
}
