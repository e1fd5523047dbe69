//! `cargo ctl`: wiring only.

use std::process::ExitCode;

use anstream::{eprintln, println};
use capacityctl::cli::Arguments;
use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let json = arguments.json;
    match capacityctl::run(arguments).await {
        Ok(output) => {
            match output.json.filter(|_| json) {
                Some(value) => println!("{value:#}"),
                None => println!("{}", output.text),
            }
            if output.healthy { ExitCode::SUCCESS } else { ExitCode::from(5) }
        }
        Err(error) => {
            if json {
                eprintln!("{:#}", error.json());
            } else {
                eprintln!("error: {error}");
            }
            error.exit_code()
        }
    }
}
