//! `cargo load`: wiring only.

use std::process::ExitCode;

use clap::Parser;
use load::cli::Arguments;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the report is the output")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.serve {
        return match load::serve::serve(&arguments).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        };
    }
    match load::run::run(&arguments).await {
        Ok(report) => {
            println!("{}", if arguments.json { report.json() } else { report.text() });
            if report.is_successful() { ExitCode::SUCCESS } else { ExitCode::from(5) }
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &load::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}
