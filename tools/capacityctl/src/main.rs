//! `cargo ctl`: wiring only.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words = std::env::args_os();
    capacityctl::execute(words, &mut anstream::stdout(), &mut anstream::stderr()).await.into()
}
