//! `cargo load`: wiring only.

use std::process::ExitCode;

use clap::Parser;
use load::cli::Arguments;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the report is what it is run for")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match load::run::run(&arguments).await {
        Ok(report) => {
            println!("{}", if arguments.json { report.json() } else { report.text() });
            if report.is_well() { ExitCode::SUCCESS } else { ExitCode::from(5) }
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
