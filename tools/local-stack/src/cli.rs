//! The command line of `cargo dev`.

use std::path::PathBuf;

use clap::Parser;

/// Runs the whole system on this machine until Ctrl-C: a DynamoDB engine, tables with sample data, a token
/// issuer, and the functions, which are rebuilt when their source changes.
#[derive(Clone, Debug, Parser)]
#[command(name = "local-stack", bin_name = "cargo dev", version)]
pub struct Arguments {
    /// Port of the API
    #[arg(long, value_name = "PORT", default_value_t = 9000, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,
    /// Port of the DynamoDB engine
    #[arg(long, value_name = "PORT", default_value_t = 9001, value_parser = clap::value_parser!(u16).range(1..))]
    pub dynamodb_port: u16,
    /// Port of the token issuer
    #[arg(long, value_name = "PORT", default_value_t = 9002, value_parser = clap::value_parser!(u16).range(1..))]
    pub issuer_port: u16,
    /// Start everything but the functions: run them with `cargo lambda watch --env-file .local/env`
    #[arg(long, conflicts_with = "json")]
    pub only_services: bool,
    /// Print the functions' log lines as they are, instead of a line for each request; all else that they print goes
    /// to standard error
    #[arg(long)]
    pub json: bool,
    /// Delete the data of earlier runs and start with the sample data
    #[arg(long)]
    pub fresh: bool,
    /// Folder for the data, the log and the issuer's key [default: `.local` in the workspace]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}
