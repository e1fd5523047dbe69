//! `cargo ctl`: wiring only.
#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

use std::process::ExitCode;

use capacityctl::cli::Arguments;
use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match capacityctl::cli::run(Arguments::parse()).await {
        Ok(result) => {
            println!("{result}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
