//! The function `get-status`.

use std::process::ExitCode;

use get_status::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::platform::serve("GET /services/{id}/capacitystatus", Deps::read, handle).await
}
