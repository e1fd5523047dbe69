//! The function `update-status`.

use std::process::ExitCode;

use update_status::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::platform::serve("PUT /services/{id}/capacitystatus", Deps::read, handle).await
}
