//! `cargo load`: wiring only.

use std::process::ExitCode;

use clap::Parser;
use load::cli::Arguments;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the report is the output")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match load::run::run(&arguments).await {
        Ok(report) => {
            println!("{}", if arguments.json { report.json() } else { report.text() });
            if report.is_successful() { ExitCode::SUCCESS } else { ExitCode::from(5) }
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
