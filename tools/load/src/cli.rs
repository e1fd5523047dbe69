//! The command line of `cargo load`.

use std::path::PathBuf;

use clap::Parser;

/// Fills tables with an invented directory, has the built functions answer a number of requests at a
/// fixed rate, and counts what each kind of request asks of the store. Ends with 5 if an answer was
/// wrong or missing.
#[derive(Clone, Debug, Parser)]
#[command(name = "load", bin_name = "cargo load", version)]
pub struct Arguments {
    /// How many services the directory has
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub services: u64,
    /// How many requests are sent in all, of all kinds; 0 leaves the load out
    #[arg(long, default_value_t = 20_000)]
    pub requests: u64,
    /// How many of them in each second, whether answers come or not
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub rate: u64,
    /// The most seconds until the last answer; all is ended and nothing reported if it takes longer
    #[arg(long, default_value_t = 900)]
    pub seconds: u64,
    /// How many environments each function has
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub environments: u16,
    /// How many requests of each kind are counted, one after the other; 0 leaves that out
    #[arg(long, default_value_t = 1000)]
    pub counted: u64,
    /// Where the built functions are; by default `target/lambda` in the workspace
    #[arg(long, value_name = "DIR")]
    pub functions: Option<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
}
