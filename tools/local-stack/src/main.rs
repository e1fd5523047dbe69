//! `cargo dev`: wiring only.

use std::process::ExitCode;

use clap::Parser;
use local_stack::cli::Arguments;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match local_stack::stack::run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
