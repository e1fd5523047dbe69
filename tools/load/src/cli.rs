//! The command line of `cargo load`.

use std::path::PathBuf;

use clap::Parser;

/// Load-tests the built functions: fills tables with a generated directory, sends requests at a fixed
/// rate, and measures what each kind of request costs. Exits with 5 if a response was wrong or missing.
#[derive(Clone, Debug, Parser)]
#[command(name = "load", bin_name = "cargo load", version)]
pub struct Arguments {
    /// Services in the directory
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub services: u64,
    /// Requests to send, of all kinds together; 0 skips the load
    #[arg(long, default_value_t = 20_000)]
    pub requests: u64,
    /// Requests per second, however slow the responses are
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub rate: u64,
    /// Pages per second beside these requests, at least 2,000 services; 0: no pages
    #[arg(long, default_value_t = 0)]
    pub pages: u64,
    /// Seconds until the last response; if it takes longer, the run stops without a report
    #[arg(long, default_value_t = 900)]
    pub seconds: u64,
    /// Execution environments of each function
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub environments: u16,
    /// Requests of each kind to measure costs with, one after the other; 0 skips this
    #[arg(long, default_value_t = 1000)]
    pub counted: u64,
    /// Serve the pages for a browser instead, until standard input ends or the seconds are over
    #[arg(long)]
    pub serve: bool,
    /// Folder of the built functions [default: `target/lambda` in the workspace]
    #[arg(long, value_name = "DIR")]
    pub functions: Option<PathBuf>,
    /// Draw the latencies as an SVG picture
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

impl Arguments {
    /// Whether there are pages.
    #[must_use]
    pub const fn has_pages(&self) -> bool {
        self.pages > 0 || self.serve
    }
}
